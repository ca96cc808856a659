package org.flowprior.autoencoder;

import java.util.Map;
import org.flowprior.config.VariantName;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * No bottleneck: the latents are the encoder's tokens. The official {@code AE}.
 *
 * @param options  its options
 * @param channels of the latents
 */
public record IdentityBottleneck(Options options, int channels) implements Bottleneck {

    private static final double EPSILON = 1e-8;

    /**
     * Options of the identity.
     *
     * @param standardize whether latents are (z - mean) / (deviation + 1e-8) over the whole batch, with the unbiased
     *                    deviation, both taken as constants: the official {@code std_latents}
     */
    @VariantName("identity")
    public record Options(boolean standardize) implements Bottleneck.Options {

        @Override
        public IdentityBottleneck create(int latentChannels, Generator generator) {
            return new IdentityBottleneck(this, latentChannels);
        }
    }

    @Override
    public Output apply(Tensor encoded, Autoencoder.Draws draws, boolean training) {
        return new Output(mode(encoded), Map.of(), null);
    }

    @Override
    public Tensor mode(Tensor encoded) {
        Latents.check("identity", encoded, channels);
        if (!options.standardize()) {
            return encoded.share();
        }
        return Scope.returning(() -> {
            Tensor fixed = Latents.wide(encoded.detach());
            return Latents.wide(encoded).sub(fixed.mean()).div(fixed.std().add(EPSILON));
        });
    }
}
