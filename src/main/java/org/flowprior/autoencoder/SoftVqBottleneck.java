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
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Module;

/**
 * Soft vector quantisation (Chen et al., SoftVQ-VAE, 2025): a token becomes the mean of its codebook's codes, weighted
 * by a softmax of their cosines. Consecutive tokens share a codebook: the first 16 of 64 use the first of four. Computes
 * in float32 at least, with or without autocast. Keys: {@code embedding} [K, n, channels] and {@code codebook_used} [K,
 * 65536].
 *
 * <p>Codes get a gradient through the mean, not through the cosines. The official update of {@code codebook_used} mixes
 * up its axes and records one token of every codebook instead of all tokens of one; and its code numbers are viewed as
 * [B, K, tokens / K] although they lie in memory as [K, B · tokens / K]. Here the window has every token under its
 * codebook, and {@link Output#codes} are in the order of the tokens. Neither affects a loss.
 */
public final class SoftVqBottleneck extends Module implements Bottleneck {

    /**
     * Sizes and options of the SoftVQ bottleneck.
     *
     * @param codebooks     K; the number of tokens is a multiple of it
     * @param entries       n, codes in a codebook
     * @param temperature   &tau; of the softmax
     * @param normalize     whether tokens and codes are scaled to length 1; if not, products replace cosines
     * @param entropyWeight of the entropy loss
     */
    @VariantName("soft-vq")
    public record Options(int codebooks, int entries, double temperature, boolean normalize, double entropyWeight)
            implements Bottleneck.Options {

        /** Those of the published softvq-l-64. */
        public static final Options OFFICIAL = new Options(4, 8192, 0.07, true, 0.01);

        /** Throws {@link IllegalArgumentException} for options out of their range. */
        public Options {
            if (codebooks < 1 || entries < 1 || !(temperature > 0) || !(entropyWeight >= 0)) {
                throw new IllegalArgumentException("the SoftVQ bottleneck needs codebooks and entries of at least 1, a "
                        + "temperature above 0 and an entropyWeight of at least 0, not " + codebooks + ", " + entries
                        + ", " + temperature + ", " + entropyWeight);
            }
        }

        @Override
        public long parameterCount(int latentChannels) {
            return (long) codebooks * entries * latentChannels;
        }

        @Override
        public List<String> lossNames() {
            return entropyWeight > 0 ? List.of("entropy") : List.of();
        }

        @Override
        public SoftVqBottleneck create(int latentChannels, Generator generator) {
            return new SoftVqBottleneck(this, latentChannels, generator);
        }

        @Override
        public void checkTokens(int latentTokens) {
            if (latentTokens % codebooks != 0) {
                throw new IllegalArgumentException("the SoftVQ bottleneck's " + codebooks + " codebooks cannot share "
                        + latentTokens + " latent tokens evenly");
            }
        }
    }

    private static final double ENTROPY_EPSILON = 1e-6;

    private final Options options;
    private final int channels;
    private final Tensor embedding;
    private final Tensor codebookUsed;

    SoftVqBottleneck(Options options, int channels, Generator generator) {
        this.options = options;
        this.channels = channels;
        try (Scope scope = Scope.open()) {
            Tensor codes = Torch.empty(options.codebooks(), options.entries(), channels);
            Init.uniform_(codes, -1.0 / options.entries(), 1.0 / options.entries(), generator);
            embedding = registerParameter("embedding", options.normalize() ? Latents.unit(codes) : codes);
            codebookUsed = registerBuffer("codebook_used", Torch.zeros(options.codebooks(), Codebooks.WINDOW), true);
        }
    }

    /**
     * Returns the share of the codes among each codebook's last 65,536 choices in training; missing choices count as
     * code 0.
     */
    public double usage() {
        return Codebooks.usage(codebookUsed, options.entries());
    }

    /** Returns mean codes, and in training the loss {@code entropy}. */
    @Override
    public Output apply(Tensor encoded, Autoencoder.Draws draws, boolean training) {
        Latents.check("SoftVQ", encoded, channels);
        options.checkTokens(Math.toIntExact(encoded.size(1)));
        try (Scope scope = Scope.open(); Autocast exact = Autocast.off(encoded.device().type())) {
            Tensor codes = options.normalize() ? Latents.unit(embedding) : embedding;
            Tensor affinity = affinity(encoded, codes);
            Tensor mixed = affinity.div(options.temperature()).softmax(-1).matmul(codes);
            Tensor z = inTokens(mixed, encoded.size(0));
            Tensor chosen = affinity.detach().argmax(-1);
            Map<String, Tensor> losses = new LinkedHashMap<>();
            if (training) {
                Codebooks.recordChoices(codebookUsed, chosen);
                if (options.entropyWeight() > 0) {
                    losses.put("entropy", Codebooks.entropyLoss(affinity.flatten(0, 1), ENTROPY_EPSILON)
                            .mul(options.entropyWeight()));
                }
            }
            Tensor numbers = inTokens(chosen.unsqueeze(-1), encoded.size(0)).squeeze(-1);
            return new Output(z, losses, numbers).moveOutward();
        }
    }

    /** Products of the tokens with their codebook's codes, [K, B · tokens / K, n]. */
    private Tensor affinity(Tensor encoded, Tensor codes) {
        int books = options.codebooks();
        long batch = encoded.size(0);
        Tensor rows = encoded.to(embedding.dtype()).view(batch, books, encoded.size(1) / books, channels)
                .transpose(0, 1).reshape(books, batch * encoded.size(1) / books, channels);
        return (options.normalize() ? Latents.unit(rows) : rows).matmul(codes.detach().transpose(1, 2));
    }

    /** [K, B · tokens / K, C] to [B, tokens, C]. */
    private static Tensor inTokens(Tensor rows, long batch) {
        long books = rows.size(0);
        long share = rows.size(1) / batch;
        return rows.view(books, batch, share, rows.size(2)).transpose(0, 1)
                .reshape(batch, books * share, rows.size(2));
    }
}
