package org.flowprior.autoencoder;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.flowprior.config.VariantName;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * A diagonal normal distribution for each token: the encoder gives means and log variances, the latents are drawn, and
 * the loss is the divergence from the standard normal distribution (Kingma and Welling, 2014). The official {@code KL}.
 *
 * @param options  its options
 * @param channels of the latents
 */
public record KlBottleneck(Options options, int channels) implements Bottleneck {

    private static final double SMALLEST_LOG_VARIANCE = -30;
    private static final double LARGEST_LOG_VARIANCE = 20;

    /**
     * Options of the KL bottleneck.
     *
     * @param weight of the divergence, which is summed over tokens and channels and averaged over the batch
     */
    @VariantName("kl")
    public record Options(double weight) implements Bottleneck.Options {

        /** The official default. */
        public static final Options OFFICIAL = new Options(1e-6);

        /** Throws {@link IllegalArgumentException} for a negative weight. */
        public Options {
            if (!(weight >= 0)) {
                throw new IllegalArgumentException("weight of the KL bottleneck must be at least 0, not " + weight);
            }
        }

        @Override
        public int inputChannels(int latentChannels) {
            return 2 * latentChannels;
        }

        @Override
        public List<String> lossNames() {
            return List.of("kl");
        }

        @Override
        public KlBottleneck create(int latentChannels, Generator generator) {
            return new KlBottleneck(this, latentChannels);
        }
    }

    /**
     * Returns latents mean + deviation · noise, in training or not, and the loss {@code kl}.
     *
     * @param encoded means in the first half of the channels; log variances in the second, clamped to [-30, 20]
     */
    @Override
    public Output apply(Tensor encoded, Autoencoder.Draws draws, boolean training) {
        Latents.check("KL", encoded, 2L * channels);
        long[] shape = {encoded.size(0), encoded.size(1), channels};
        Tensor noise = draws.noise();
        if (noise == null || !Arrays.equals(noise.shape(), shape)) {
            throw new IllegalArgumentException("KL bottleneck: noise must be " + Arrays.toString(shape) + ", not "
                    + (noise == null ? "null" : Arrays.toString(noise.shape())));
        }
        try (Scope scope = Scope.open()) {
            List<Tensor> parts = Latents.wide(encoded).chunk(2, -1);
            Tensor mean = parts.getFirst();
            Tensor logVariance = parts.getLast().clamp(SMALLEST_LOG_VARIANCE, LARGEST_LOG_VARIANCE);
            Tensor z = mean.add(logVariance.mul(0.5).exp().mul(noise));
            Tensor divergence = mean.square().add(logVariance.exp()).sub(1).sub(logVariance).sum();
            return new Output(z, Map.of("kl", divergence.mul(0.5 * options.weight() / shape[0])), null).moveOutward();
        }
    }

    /** Returns the means. */
    @Override
    public Tensor mode(Tensor encoded) {
        Latents.check("KL", encoded, 2L * channels);
        return encoded.narrow(-1, 0, channels);
    }
}
