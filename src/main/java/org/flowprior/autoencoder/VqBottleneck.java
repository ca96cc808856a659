package org.flowprior.autoencoder;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.config.VariantName;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Embedding;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Module;

/**
 * Vector quantisation (van den Oord et al., 2017): a token becomes the nearest code, and gradients pass straight through.
 * Computes in float32 at least, with or without autocast. Keys: {@code embedding.weight} [n, channels] and
 * {@code codebook_used} [65536].
 */
public final class VqBottleneck extends Module implements Bottleneck {

    /**
     * Sizes and options of the VQ bottleneck.
     *
     * @param entries       n, codes in the codebook
     * @param normalize     whether tokens and codes are scaled to length 1, for distances, losses and latents
     * @param commitment    &beta;, the weight of the loss that pulls tokens to their codes
     * @param entropyWeight of the entropy loss
     */
    @VariantName("vq")
    public record Options(int entries, boolean normalize, double commitment, double entropyWeight)
            implements Bottleneck.Options {

        /** The official defaults. */
        public static final Options OFFICIAL = new Options(16384, true, 0.25, 0);

        /** Throws {@link IllegalArgumentException} for options out of their range. */
        public Options {
            if (entries < 1 || !(commitment >= 0) || !(entropyWeight >= 0)) {
                throw new IllegalArgumentException("the VQ bottleneck needs entries of at least 1, a commitment and an "
                        + "entropyWeight of at least 0, not " + entries + ", " + commitment + ", " + entropyWeight);
            }
        }

        @Override
        public long parameterCount(int latentChannels) {
            return (long) entries * latentChannels;
        }

        @Override
        public List<String> lossNames() {
            return entropyWeight > 0 ? List.of("codebook", "commitment", "entropy") : List.of("codebook", "commitment");
        }

        @Override
        public VqBottleneck create(int latentChannels, Generator generator) {
            return new VqBottleneck(this, latentChannels, generator);
        }
    }

    private static final double ENTROPY_EPSILON = 1e-5;

    private final Options options;
    private final int channels;
    private final Tensor embedding;
    private final Tensor codebookUsed;

    VqBottleneck(Options options, int channels, Generator generator) {
        this.options = options;
        this.channels = channels;
        try (Scope scope = Scope.open()) {
            codebookUsed = registerBuffer("codebook_used", Torch.zeros(Codebooks.WINDOW), true);
            embedding = register("embedding", new Embedding(options.entries(), channels, generator)).weight();
            Init.uniform_(embedding, -1.0 / options.entries(), 1.0 / options.entries(), generator);
            if (options.normalize()) {
                embedding.setData(Latents.unit(embedding.detach()));
            }
        }
    }

    /** Returns the share of the codes among the last 65,536 choices in training; missing choices count as code 0. */
    public double usage() {
        return codebookUsed.view(1, Codebooks.WINDOW).into(window -> Codebooks.usage(window, options.entries()));
    }

    /** Returns nearest codes, and in training the losses {@code codebook}, {@code commitment} and {@code entropy}. */
    @Override
    public Output apply(Tensor encoded, Autoencoder.Draws draws, boolean training) {
        Latents.check("VQ", encoded, channels);
        try (Scope scope = Scope.open(); Autocast exact = Autocast.off(encoded.device().type())) {
            Tensor tokens = encoded.to(embedding.dtype());
            Tensor z = options.normalize() ? Latents.unit(tokens) : tokens;
            Tensor codes = options.normalize() ? Latents.unit(embedding) : embedding;
            Tensor distance = squaredDistance(z.reshape(-1, channels), codes);
            Tensor chosen = distance.detach().argmin(1);
            Tensor quantized = codes.indexSelect(0, chosen).view(z.shape());
            Map<String, Tensor> losses = new LinkedHashMap<>();
            if (training) {
                Codebooks.recordChoices(codebookUsed.view(1, Codebooks.WINDOW), chosen.view(1, -1));
                losses.put("codebook", quantized.sub(z.detach()).square().mean());
                losses.put("commitment", quantized.detach().sub(z).square().mean().mul(options.commitment()));
                if (options.entropyWeight() > 0) {
                    losses.put("entropy", Codebooks.entropyLoss(distance.neg(), ENTROPY_EPSILON)
                            .mul(options.entropyWeight()));
                }
            }
            Tensor straight = z.add(quantized.sub(z).detach());
            return new Output(straight, losses, chosen.view(z.size(0), z.size(1))).moveOutward();
        }
    }

    private static Tensor squaredDistance(Tensor rows, Tensor codes) {
        Tensor products = rows.matmul(codes.transpose(0, 1));
        return rows.square().sum(1, true).add(codes.square().sum(1)).sub(products.mul(2));
    }
}
