package org.flowprior.train.autoencoder;

import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.autoencoder.Bottleneck;
import org.flowprior.autoencoder.IdentityBottleneck;
import org.flowprior.autoencoder.KlBottleneck;
import org.flowprior.autoencoder.RepaAlign;
import org.flowprior.autoencoder.SoftVqBottleneck;
import org.flowprior.autoencoder.ToPixelKind;
import org.flowprior.autoencoder.VqBottleneck;
import org.flowprior.config.Checked;
import org.flowprior.config.ConfigRanges;
import org.flowprior.config.FilePath;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformerConfig;

/**
 * The autoencoder of {@code flowprior train-autoencoder}: the config's key {@code model}.
 *
 * @param imageSize      height and width of the images
 * @param encoder        the network from images to latents
 * @param decoder        the network from latents to images
 * @param latentTokens   number of tokens of an image's latents
 * @param latentChannels channels of a token
 * @param toPixel        kind of the layer from the decoder's tokens to pixels
 * @param bottleneck     the bottleneck between encoder and decoder
 * @param repa           the representation alignment
 * @param initialization standard deviations of the initial weights
 */
public record AutoencoderModelConfig(int imageSize, Backbone encoder, Backbone decoder, int latentTokens,
        int latentChannels, ToPixelKind toPixel, BottleneckChoice bottleneck, Repa repa,
        Initialization initialization) implements Checked {

    /**
     * A vision transformer.
     *
     * @param patchSize  height and width of a patch
     * @param width      channels of a token
     * @param depth      number of blocks
     * @param heads      number of attention heads
     * @param hidden     hidden channels of an MLP
     * @param mlp        kind of the MLPs
     * @param registers  number of register tokens
     * @param layerScale whether residual branches have a factor for each channel, initially 1e-5, as in DINOv2; a small
     *                   network learns many times faster without it
     * @param weights    published file of initial weights, resized to these sizes; empty: random weights
     */
    public record Backbone(int patchSize, int width, int depth, int heads, int hidden, MlpType mlp, int registers,
            boolean layerScale, @FilePath String weights) {

        VisionTransformerConfig sizes(int imageSize) {
            return new VisionTransformerConfig(imageSize, patchSize, width, depth, heads, hidden, mlp, registers,
                    layerScale);
        }
    }

    /** The kinds of bottleneck. */
    public enum BottleneckKind {
        /** No bottleneck: the paper's AE. */
        NONE,
        /** A diagonal normal distribution for each token. */
        KL,
        /** Soft vector quantisation. */
        SOFTVQ,
        /** Vector quantisation. */
        VQ
    }

    /**
     * The bottleneck. Each kind uses some of the keys.
     *
     * @param kind           kind of bottleneck
     * @param standardize    none: whether latents are standardised over the batch
     * @param klWeight       kl: weight of the divergence, which is summed over an image's latents
     * @param codebooks      softvq: number of codebooks that the tokens share
     * @param codes          softvq, vq: number of codes of a codebook
     * @param temperature    softvq: temperature of the softmax
     * @param normalize      softvq, vq: whether tokens and codes are normalised to length 1
     * @param commitment     vq: weight of the commitment loss
     * @param entropyWeight  softvq, vq: weight of the entropy loss
     */
    public record BottleneckChoice(BottleneckKind kind, boolean standardize, double klWeight, int codebooks, int codes,
            double temperature, boolean normalize, double commitment, double entropyWeight) implements Checked {

        /** Throws {@link IllegalArgumentException} for values that no bottleneck can have. */
        @Override
        public void check() {
            options();
        }

        Bottleneck.Options options() {
            return switch (kind) {
                case NONE -> new IdentityBottleneck.Options(standardize);
                case KL -> new KlBottleneck.Options(klWeight);
                case SOFTVQ -> new SoftVqBottleneck.Options(codebooks, codes, temperature, normalize, entropyWeight);
                case VQ -> new VqBottleneck.Options(codes, normalize, commitment, entropyWeight);
            };
        }
    }

    /**
     * The representation alignment with a frozen encoder.
     *
     * @param weight          weight of its loss; 0: no representation alignment
     * @param align           the way tokens and patches are matched
     * @param projectionWidth width of the projection's hidden layers
     * @param model           the frozen encoder
     */
    public record Repa(double weight, RepaAlign align, int projectionWidth, Backbone model) {

        /** Throws {@link IllegalArgumentException} for a negative weight. */
        public Repa {
            ConfigRanges.notNegative("weight", weight);
        }
    }

    /**
     * Standard deviations of the initial weights of encoder and decoder, normal around 0, unless a published file has
     * the weights. The official code has 0.02 for all, which fits a wide encoder with trained weights. A narrow encoder
     * without trained weights then hardly attends to positions, and its images stay at mean colours for long.
     *
     * @param linear    deviation of the blocks' linear layers, above 0
     * @param positions deviation of position tables, latent tokens and mask token, above 0
     */
    public record Initialization(double linear, double positions) {

        /** The deviation that the networks have when they are made. */
        static final double OFFICIAL = 0.02;

        /** Throws {@link IllegalArgumentException} for deviations that are not positive. */
        public Initialization {
            ConfigRanges.positive("linear", linear);
            ConfigRanges.positive("positions", positions);
        }
    }

    /** Throws {@link IllegalArgumentException} for parts that do not fit together. */
    @Override
    public void check() {
        if (toPixel == ToPixelKind.IDENTITY) {
            throw new IllegalArgumentException("toPixel must give pixels, identity gives tokens");
        }
        sizes();
    }

    /** Returns the config of the autoencoder. */
    AutoencoderConfig sizes() {
        var alignment = repa.weight() == 0 ? null
                : new org.flowprior.autoencoder.Repa.Options(repa.model().sizes(imageSize), repa.projectionWidth(),
                        repa.weight(), repa.align());
        return new AutoencoderConfig(encoder.sizes(imageSize), decoder.sizes(imageSize), latentTokens, latentChannels,
                bottleneck.options(), toPixel, alignment);
    }
}
