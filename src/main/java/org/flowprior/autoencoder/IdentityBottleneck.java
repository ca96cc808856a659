package org.flowprior.autoencoder;

import java.util.List;
import java.util.Map;
import org.flowprior.config.VariantName;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** No bottleneck: the latents are the encoder's tokens, the official {@code AE}. */
public final class IdentityBottleneck implements Bottleneck {

    /**
     * What it is made from.
     *
     * @param standardize whether latents are (z - mean) / (deviation + 1e-8), over the whole batch, with the unbiased
     *                    deviation and both taken as constants: the official {@code std_latents}
     */
    @VariantName("identity")
    public record Options(boolean standardize) implements Bottleneck.Options {

        @Override
        public int inputChannels(int latentChannels) {
            return latentChannels;
        }

        @Override
        public long parameterCount(int latentChannels) {
            return 0;
        }

        @Override
        public List<String> lossNames() {
            return List.of();
        }

        @Override
        public IdentityBottleneck create(int latentChannels, Generator generator) {
            return new IdentityBottleneck(this, latentChannels);
        }
    }

    private static final double EPSILON = 1e-8;

    private final Options options;
    private final int channels;

    IdentityBottleneck(Options options, int channels) {
        this.options = options;
        this.channels = channels;
    }

    @Override
    public Options options() {
        return options;
    }

    @Override
    public Output apply(Tensor encoded, LatentDraws draws, boolean training) {
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
