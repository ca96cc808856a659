package org.flowprior.autoencoder;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.flowprior.config.VariantName;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * A diagonal normal distribution for each token: the encoder gives means and log variances, the latents are drawn, and
 * the loss is the divergence from the standard normal one (Kingma and Welling, 2014). The official {@code KL}.
 */
public final class KlBottleneck implements Bottleneck {

    /**
     * What it is made from.
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
        public long parameterCount(int latentChannels) {
            return 0;
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

    private static final double LEAST_LOG_VARIANCE = -30;
    private static final double LARGEST_LOG_VARIANCE = 20;

    private final Options options;
    private final int channels;

    KlBottleneck(Options options, int channels) {
        this.options = options;
        this.channels = channels;
    }

    @Override
    public Options options() {
        return options;
    }

    /**
     * Latents mean + deviation · noise, in training or not, and the loss {@code kl}.
     *
     * @param encoded means in the first half of the channels, log variances, of which [-30, 20] counts, in the second
     */
    @Override
    public Output apply(Tensor encoded, LatentDraws draws, boolean training) {
        Latents.check("KL", encoded, 2L * channels);
        long[] shape = {encoded.size(0), encoded.size(1), channels};
        if (draws.noise() == null || !Arrays.equals(draws.noise().shape(), shape)) {
            throw new IllegalArgumentException("KL bottleneck: noise must be " + Arrays.toString(shape) + ", not "
                    + (draws.noise() == null ? "null" : Arrays.toString(draws.noise().shape())));
        }
        try (Scope scope = Scope.open()) {
            List<Tensor> parts = Latents.wide(encoded).chunk(2, -1);
            Tensor mean = parts.getFirst();
            Tensor logVariance = parts.getLast().clamp(LEAST_LOG_VARIANCE, LARGEST_LOG_VARIANCE);
            Tensor z = mean.add(logVariance.mul(0.5).exp().mul(draws.noise()));
            Tensor divergence = mean.square().add(logVariance.exp()).sub(1).sub(logVariance).sum();
            return new Output(z, Map.of("kl", divergence.mul(0.5 * options.weight() / shape[0])), null).moveOutward();
        }
    }

    @Override
    public Output apply(Tensor encoded, Generator generator, boolean training) {
        Latents.check("KL", encoded, 2L * channels);
        return Torch.randn(new long[] {encoded.size(0), encoded.size(1), channels}, generator,
                Latents.wideDtype(encoded), encoded.device())
                .into(noise -> apply(encoded, new LatentDraws(noise, null), training));
    }

    /** The means. */
    @Override
    public Tensor mode(Tensor encoded) {
        Latents.check("KL", encoded, 2L * channels);
        return encoded.narrow(-1, 0, channels);
    }
}
