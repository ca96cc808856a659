package org.flowprior.autoencoder;

import static org.flowprior.config.ConfigRanges.atLeast;
import static org.flowprior.config.ConfigRanges.notNegative;

import org.flowprior.config.FilePath;
import org.flowprior.flow.AlignmentLoss;

/**
 * Terms and weights of {@link AutoencoderLoss}: the key {@code loss} in the config of {@code flowprior
 * train-autoencoder}.
 *
 * @param reconstruction  the distance of pixels
 * @param perceptual      LPIPS
 * @param adversarial     the discriminator and its losses
 * @param alignment       the flow prior and its loss
 * @param latentDeviation weight of (std(z) &minus; 1)&sup2;; 0 for no such term
 */
public record AutoencoderLossConfig(Reconstruction reconstruction, Perceptual perceptual, Adversarial adversarial,
        Alignment alignment, double latentDeviation) {

    /** The distances of pixels. */
    public enum Distance {
        /** The mean absolute difference. */
        L1,
        /** The mean squared difference. */
        L2
    }

    /** The discriminators. */
    public enum DiscriminatorKind {
        /** No adversarial loss. */
        NONE,
        /** {@link DinoDiscriminator}. */
        DINO,
        /** {@link PatchGanDiscriminator}. */
        PATCHGAN,
        /** {@link MaskBitDiscriminator}. */
        MASKBIT,
        /** {@link StyleGanDiscriminator}. */
        STYLEGAN
    }

    /**
     * The distance of pixels.
     *
     * @param kind   l1 or l2
     * @param weight of the mean over all pixels
     */
    public record Reconstruction(Distance kind, double weight) {

        /** Throws {@link IllegalArgumentException} for a negative weight. */
        public Reconstruction {
            notNegative("weight", weight);
        }
    }

    /**
     * LPIPS.
     *
     * @param weight  0 for no such term
     * @param warmup  the step at which the whole weight is reached
     * @param vgg     torchvision's weights of VGG16
     * @param heads   the weights of LPIPS
     * @param dropout whether LPIPS drops half of its features, as the official training does by mistake
     */
    public record Perceptual(double weight, int warmup, @FilePath String vgg, @FilePath String heads, boolean dropout) {

        /** Throws {@link IllegalArgumentException} for negative numbers. */
        public Perceptual {
            notNegative("weight", weight);
            atLeast("warmup", warmup, 0);
        }

        LossSchedule schedule() {
            return new LossSchedule(weight, 0, warmup);
        }
    }

    /**
     * The discriminator and its losses.
     *
     * @param discriminator     its kind; none requires a weight of 0
     * @param weight            of both losses from the start on
     * @param start             the first step with those losses; the discriminator also sees images before it
     * @param adaptive          whether the generator's loss is scaled like the others, see {@link AdaptiveAnchors}
     * @param generatorLoss     the generator's
     * @param discriminatorLoss the discriminator's
     * @param augmentation      whether the discriminator's input is augmented, see {@link DiffAugment}
     * @param consistency       weight of the difference between weakly and strongly augmented images, from the start
     *                          on; 0 for no such term
     * @param lecam             weight of LeCAM; 0 for no such term
     * @param backbone          the weights of DINO's ViT-S
     */
    public record Adversarial(DiscriminatorKind discriminator, double weight, int start, boolean adaptive,
            AdversarialLoss generatorLoss, AdversarialLoss discriminatorLoss, boolean augmentation,
            double consistency, double lecam, @FilePath String backbone) {

        /** Throws {@link IllegalArgumentException} for negative numbers and for keys that contradict each other. */
        public Adversarial {
            notNegative("weight", weight);
            atLeast("start", start, 0);
            notNegative("consistency", consistency);
            notNegative("lecam", lecam);
            if (discriminator == DiscriminatorKind.NONE && weight > 0) {
                throw new IllegalArgumentException("weight must be 0 if discriminator is none, not " + weight);
            }
            if (consistency > 0 && !augmentation) {
                throw new IllegalArgumentException("consistency compares augmented images, so augmentation must be "
                        + "true if it is above 0");
            }
        }

        LossSchedule schedule() {
            return new LossSchedule(weight, start, 0);
        }

        LossSchedule consistencySchedule() {
            return new LossSchedule(consistency, start, 0);
        }
    }

    /**
     * The flow prior and its loss.
     *
     * @param prior        a prior's file; empty for no such term
     * @param weight       0 to measure the loss without effect
     * @param start        the first step with the loss
     * @param warmup       the step at which the whole weight is reached
     * @param adaptive     whether the loss is scaled like the reconstruction, see {@link AdaptiveAnchors}
     * @param flowMul      draws of (t, noise) for each latent
     * @param normTarget   whether latents are standardised
     * @param movingAvgStd with normTarget: see {@link AlignmentLoss.Options}
     * @param unitNorm     with normTarget: whether latents are scaled to length 1
     * @param normV        whether the velocity is scaled to length sqrt(D)
     * @param detachPredV  whether the gradient stops at the velocity
     */
    public record Alignment(@FilePath String prior, double weight, int start, int warmup, boolean adaptive,
            int flowMul, boolean normTarget, boolean movingAvgStd, boolean unitNorm, boolean normV,
            boolean detachPredV) {

        /** Throws {@link IllegalArgumentException} for numbers out of range. */
        public Alignment {
            notNegative("weight", weight);
            atLeast("start", start, 0);
            atLeast("warmup", warmup, 0);
            atLeast("flowMul", flowMul, 1);
        }

        LossSchedule schedule() {
            return new LossSchedule(weight, start, warmup);
        }

        AlignmentLoss.Options options() {
            return new AlignmentLoss.Options(flowMul, normTarget, movingAvgStd, unitNorm, normV, detachPredV);
        }
    }

    /** Throws {@link IllegalArgumentException} for a negative weight. */
    public AutoencoderLossConfig {
        notNegative("latentDeviation", latentDeviation);
    }
}
