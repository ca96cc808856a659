package org.flowprior.autoencoder;

import java.util.Arrays;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.torch.nn.SiLU;
import org.flowprior.vision.ImageNetNormalization;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;

/**
 * Representation alignment (Yu et al., REPA, 2025) of latents, part of the official SoftVQ run. The loss is minus the
 * mean cosine between projected latents and a frozen encoder's features of the image.
 */
public final class Repa {

    /**
     * How the latents' tokens are paired with the features' patches. The official {@code repeat_flow}, which replaces
     * the cosine by a flow conditioned on the latents, is not supported.
     */
    public enum Align {

        /** Pairs each projected token with patches / tokens consecutive patches. The official setting. */
        REPEAT,

        /** Pairs the projected mean over tokens with the mean over patches. */
        GLOBAL,

        /** Pairs each projected token with the mean of as many consecutive patches: adaptive average pooling. */
        AVG_1D,

        /** Like {@link #AVG_1D} after a random permutation of the patches, the same for the whole batch. */
        AVG_1D_SHUFFLE
    }

    /**
     * Sizes and options of the alignment.
     *
     * @param model           sizes of the frozen encoder
     * @param projectionWidth width of the hidden layers of the projection
     * @param weight          of the loss
     * @param align           how tokens are paired with patches
     */
    public record Options(VisionTransformerConfig model, int projectionWidth, double weight, Align align) {

        /** Throws {@link IllegalArgumentException} for options out of their range. */
        public Options {
            if (projectionWidth < 1 || !(weight >= 0)) {
                throw new IllegalArgumentException("repa needs a projectionWidth of at least 1 and a weight of at "
                        + "least 0, not " + projectionWidth + " and " + weight);
            }
        }

        /** Returns those of softvq-l-64 for images of that size: DINOv2 large in patches of 16. */
        public static Options official(int imageSize) {
            return new Options(VisionTransformerConfig.dinov2Large(imageSize, 16), 1024, 0.1, Align.REPEAT);
        }

        long projectionParameters(int latentChannels) {
            long p = projectionWidth;
            return (latentChannels + 1) * p + (p + 1) * p + (p + 1) * model.width();
        }

        void check(int imageSize, int latentTokens) {
            if (model.imageSize() != imageSize) {
                throw new IllegalArgumentException("repa's model must be for images of the encoder's size " + imageSize
                        + ", not " + model.imageSize());
            }
            if (align == Align.REPEAT && model.patches() % latentTokens != 0) {
                throw new IllegalArgumentException("repa with align repeat needs patches that are a multiple of the "
                        + "latent tokens, not " + model.patches() + " and " + latentTokens);
            }
        }
    }

    private final Options options;
    private final VisionTransformer model;
    private final Sequential projection;

    /** The networks stay the autoencoder's. */
    Repa(Options options, VisionTransformer model, Sequential projection) {
        this.options = options;
        this.model = model;
        this.projection = projection;
    }

    /** Makes the projection, with the official keys 0, 2 and 4. */
    static Sequential projection(Options options, int latentChannels, Generator generator) {
        long width = options.projectionWidth();
        return new Sequential(new Linear(latentChannels, width, true, generator), new SiLU(),
                new Linear(width, width, true, generator), new SiLU(),
                new Linear(width, options.model().width(), true, generator));
    }

    /** The frozen encoder. */
    public VisionTransformer model() {
        return model;
    }

    /**
     * Returns the frozen encoder's features of the patches, without a gradient.
     *
     * @param images [B, 3, imageSize, imageSize] in [-1, 1]
     * @return [B, patches, width]
     */
    public Tensor features(Tensor images) {
        return Scope.returning(() -> {
            try (NoGrad noGrad = new NoGrad()) {
                return model.patchTokens(model.features(ImageNetNormalization.apply(images)));
            }
        });
    }

    /**
     * Returns the weighted loss. Gradients flow to the latents and the projection.
     *
     * @param features    [B, patches, width]
     * @param z           [B, tokens, channels]
     * @param permutation of the patches, [patches], int64, for {@link Align#AVG_1D_SHUFFLE}; otherwise unused
     * @return a scalar
     * @throws IllegalArgumentException if the permutation is needed but missing
     */
    public Tensor loss(Tensor features, Tensor z, Tensor permutation) {
        return loss(options, projection, features, z, permutation);
    }

    static Tensor loss(Options options, Sequential projection, Tensor features, Tensor z, Tensor permutation) {
        return Scope.returning(() -> {
            Tensor target = switch (options.align()) {
                case REPEAT -> features;
                case GLOBAL -> features.mean(1);
                case AVG_1D -> pooled(features, z.size(1));
                case AVG_1D_SHUFFLE -> pooled(shuffled(features, permutation), z.size(1));
            };
            Tensor projected = projection.forward(options.align() == Align.GLOBAL ? z.mean(1) : z);
            Tensor paired = options.align() == Align.REPEAT
                    ? projected.repeatInterleave(features.size(1) / z.size(1), 1) : projected;
            Tensor cosines = Latents.unit(Latents.wide(target)).mul(Latents.unit(Latents.wide(paired))).sum(-1);
            return cosines.mean().mul(-options.weight());
        });
    }

    private static Tensor pooled(Tensor features, long tokens) {
        return Functional.adaptiveAvgPool1d(features.transpose(1, 2), tokens).transpose(1, 2);
    }

    private static Tensor shuffled(Tensor features, Tensor permutation) {
        if (permutation == null || !Arrays.equals(permutation.shape(), new long[] {features.size(1)})) {
            throw new IllegalArgumentException("repa with align avg_1d_shuffle needs a permutation [" + features.size(1)
                    + "], not " + (permutation == null ? "null" : Arrays.toString(permutation.shape())));
        }
        return features.indexSelect(1, permutation);
    }
}
