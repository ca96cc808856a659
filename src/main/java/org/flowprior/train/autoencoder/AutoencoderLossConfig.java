package org.flowprior.train.autoencoder;

import static org.flowprior.config.ConfigRanges.atLeast;
import static org.flowprior.config.ConfigRanges.notNegative;
import static org.flowprior.train.ConfigPaths.whole;

import org.flowprior.autoencoder.AdversarialLoss;
import org.flowprior.autoencoder.AutoencoderLossOptions;
import org.flowprior.autoencoder.LossSchedule;
import org.flowprior.flow.AlignmentLoss;

/**
 * The losses of {@code flowprior train-autoencoder}: the config's key {@code loss}.
 *
 * @param reconstruction  the distance of pixels
 * @param perceptual      LPIPS
 * @param adversarial     the discriminator and its losses
 * @param alignment       the flow prior and its loss
 * @param latentDeviation weight of (std(z) &minus; 1)&sup2;; 0: no such term
 */
public record AutoencoderLossConfig(Reconstruction reconstruction, Perceptual perceptual, Adversarial adversarial,
                                    Alignment alignment, double latentDeviation) {

    /** The discriminators. */
    public enum DiscriminatorKind {
        /** None: no adversarial loss. */
        NONE,
        /** Heads on the fixed features of DINO's ViT-S. */
        DINO,
        /** PatchGAN. */
        PATCHGAN,
        /** MaskBit's. */
        MASKBIT,
        /** StyleGAN's. */
        STYLEGAN
    }

    /**
     * The distance of pixels.
     *
     * @param kind   l1 or l2
     * @param weight of the mean over all pixels
     */
    public record Reconstruction(AutoencoderLossOptions.Distance kind, double weight) {

        /** Throws {@link IllegalArgumentException} for a negative weight. */
        public Reconstruction {
            notNegative("weight", weight);
        }
    }

    /**
     * LPIPS.
     *
     * @param weight  0: without
     * @param warmup  the step at which the whole weight is reached
     * @param vgg     torchvision's weights of VGG16
     * @param heads   the weights of LPIPS
     * @param dropout whether LPIPS drops half of its features, as the official training does by mistake
     */
    public record Perceptual(double weight, int warmup, String vgg, String heads, boolean dropout) {

        /** Throws {@link IllegalArgumentException} for negative numbers. */
        public Perceptual {
            notNegative("weight", weight);
            atLeast("warmup", warmup, 0);
        }
    }

    /**
     * The discriminator and its losses.
     *
     * @param discriminator     which; none takes a weight of 0
     * @param weight            of both losses from the start on
     * @param start             the first step with those losses; the discriminator sees images before it, too
     * @param adaptive          whether the generator's loss is brought to the scale of the others
     * @param generatorLoss     the generator's
     * @param discriminatorLoss the discriminator's
     * @param augmentation      whether what the discriminator sees is augmented (DiffAugment)
     * @param consistency       weight of the difference of weakly and strongly augmented images, from the start on;
     *                          0: without
     * @param lecam             weight of LeCAM; 0: without
     * @param backbone          the weights of DINO's ViT-S
     */
    public record Adversarial(DiscriminatorKind discriminator, double weight, int start, boolean adaptive,
                              AdversarialLoss generatorLoss, AdversarialLoss discriminatorLoss, boolean augmentation,
                              double consistency, double lecam, String backbone) {

        /** Throws {@link IllegalArgumentException} for negative numbers and for keys that contradict each other. */
        public Adversarial {
            notNegative("weight", weight);
            atLeast("start", start, 0);
            notNegative("consistency", consistency);
            notNegative("lecam", lecam);
            if (discriminator == DiscriminatorKind.NONE && weight > 0) {
                throw new IllegalArgumentException("weight must be 0 where discriminator is none, not " + weight);
            }
            if (consistency > 0 && !augmentation) {
                throw new IllegalArgumentException("consistency compares augmented images, so augmentation must be "
                        + "true where it is above 0");
            }
        }
    }

    /**
     * The flow prior and its loss.
     *
     * @param prior        a prior's file; empty: without
     * @param weight       0: measured, without effect
     * @param start        the first step with the loss
     * @param warmup       the step at which the whole weight is reached
     * @param adaptive     whether the loss is brought to the scale of the reconstruction
     * @param flowMul      draws of (t, noise) for each latent
     * @param normTarget   whether latents are standardised
     * @param movingAvgStd with normTarget: see {@link AlignmentLoss.Options}
     * @param unitNorm     with normTarget: whether latents are brought to length 1
     * @param normV        whether the velocity is brought to length sqrt(D)
     * @param detachPredV  whether the gradient stops at the velocity
     */
    public record Alignment(String prior, double weight, int start, int warmup, boolean adaptive, int flowMul,
                            boolean normTarget, boolean movingAvgStd, boolean unitNorm, boolean normV,
                            boolean detachPredV) {

        /** Throws {@link IllegalArgumentException} for numbers out of range. */
        public Alignment {
            notNegative("weight", weight);
            atLeast("start", start, 0);
            atLeast("warmup", warmup, 0);
            atLeast("flowMul", flowMul, 1);
        }
    }

    /** Throws {@link IllegalArgumentException} for a negative weight. */
    public AutoencoderLossConfig {
        notNegative("latentDeviation", latentDeviation);
    }

    /** Weights, starts and warm-ups as the loss takes them. */
    AutoencoderLossOptions options() {
        return new AutoencoderLossOptions(reconstruction.kind(), reconstruction.weight(),
                new LossSchedule(perceptual.weight(), 0, perceptual.warmup()),
                new LossSchedule(adversarial.weight(), adversarial.start(), 0), adversarial.generatorLoss(),
                adversarial.discriminatorLoss(), adversarial.adaptive(), adversarial.augmentation(),
                new LossSchedule(adversarial.consistency(), adversarial.start(), 0), adversarial.lecam(),
                new LossSchedule(alignment.weight(), alignment.start(), alignment.warmup()), alignment.adaptive(),
                alignmentOptions(), latentDeviation);
    }

    private AlignmentLoss.Options alignmentOptions() {
        return new AlignmentLoss.Options(alignment.flowMul(), alignment.normTarget(), alignment.movingAvgStd(),
                alignment.unitNorm(), alignment.normV(), alignment.detachPredV());
    }

    AutoencoderLossConfig withWholePaths() {
        Perceptual p = perceptual;
        Adversarial d = adversarial;
        Alignment a = alignment;
        return new AutoencoderLossConfig(reconstruction,
                new Perceptual(p.weight(), p.warmup(), whole(p.vgg()), whole(p.heads()), p.dropout()),
                new Adversarial(d.discriminator(), d.weight(), d.start(), d.adaptive(), d.generatorLoss(),
                        d.discriminatorLoss(), d.augmentation(), d.consistency(), d.lecam(), whole(d.backbone())),
                new Alignment(whole(a.prior()), a.weight(), a.start(), a.warmup(),
                        a.adaptive(), a.flowMul(), a.normTarget(), a.movingAvgStd(), a.unitNorm(), a.normV(),
                        a.detachPredV()),
                latentDeviation);
    }
}
