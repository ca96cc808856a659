package org.flowprior.autoencoder;

import org.flowprior.flow.AlignmentLoss;

/**
 * Which terms there are and what they count.
 *
 * @param distance          of the reconstruction
 * @param reconstruction    its weight
 * @param perceptual        weight of LPIPS
 * @param adversarial       weight of the adversarial loss of either network
 * @param generatorLoss     the generator's adversarial loss
 * @param discriminatorLoss the discriminator's
 * @param adaptive          whether the generator's is brought to the scale of reconstruction and LPIPS
 * @param augmentation      whether the discriminator's images are augmented
 * @param consistency       weight of the squared difference between logits of weakly and strongly augmented images
 * @param lecam             weight of LeCAM beside the discriminator's loss
 * @param alignment         weight of the alignment loss
 * @param adaptiveAlignment whether it is brought to the scale of the reconstruction
 * @param alignmentOptions  its options
 * @param latentDeviation   weight of (std(z) &minus; 1)&sup2;
 */
public record AutoencoderLossOptions(Distance distance, double reconstruction, LossSchedule perceptual,
                                     LossSchedule adversarial, AdversarialLoss generatorLoss,
                                     AdversarialLoss discriminatorLoss, boolean adaptive, boolean augmentation,
                                     LossSchedule consistency, double lecam, LossSchedule alignment,
                                     boolean adaptiveAlignment, AlignmentLoss.Options alignmentOptions,
                                     double latentDeviation) {

    /** The distances of pixels. */
    public enum Distance {
        /** The mean absolute difference. */
        L1,
        /** The mean squared difference. */
        L2
    }

    /** Throws {@link IllegalArgumentException} for consistency without augmentation. */
    public AutoencoderLossOptions {
        if (!consistency.isNone() && !augmentation) {
            throw new IllegalArgumentException("the consistency loss compares augmented images, it needs "
                    + "augmentation");
        }
    }
}
