package org.flowprior.train.autoencoder;

import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.autoencoder.Bottleneck;
import org.flowprior.autoencoder.IdentityBottleneck;
import org.flowprior.autoencoder.KlBottleneck;
import org.flowprior.autoencoder.Repa.Align;
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
 * @param encoder        makes latents of images
 * @param decoder        makes images of latents
 * @param latentTokens   tokens of an image's latents
 * @param latentChannels channels of a token
 * @param toPixel        how the decoder's tokens become pixels
 * @param bottleneck     what latents pass through between encoder and decoder
 * @param repa           the representation alignment; without where its weight is 0
 * @param initialization deviations of the weights that training begins with
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
     * @param heads      of an attention
     * @param hidden     channels within an MLP
     * @param mlp        kind of the MLPs
     * @param registers  register tokens
     * @param layerScale whether residual branches have a factor for each channel, 1e-5 at first, as DINOv2 has; a
     *                   small network learns many times faster without
     * @param weights    a published file to begin with, brought to these sizes; empty: random weights
     */
    public record Backbone(int patchSize, int width, int depth, int heads, int hidden, MlpType mlp, int registers,
            boolean layerScale, @FilePath String weights) {

        VisionTransformerConfig sizes(int imageSize) {
            return new VisionTransformerConfig(imageSize, patchSize, width, depth, heads, hidden, mlp, registers,
                    layerScale);
        }
    }

    /** The bottlenecks. */
    public enum BottleneckKind {
        /** None: the paper's AE. */
        NONE,
        /** A diagonal normal distribution for each token. */
        KL,
        /** Soft vector quantisation. */
        SOFTVQ,
        /** Vector quantisation. */
        VQ
    }

    /**
     * The bottleneck; each kind reads some of the keys.
     *
     * @param kind           which
     * @param standardize    none: whether latents are standardised over the batch
     * @param klWeight       kl: weight of the divergence, which is summed over an image's latents
     * @param codebooks      softvq: codebooks that the tokens share
     * @param codes          softvq, vq: codes in a codebook
     * @param temperature    softvq: of the softmax
     * @param normalize      softvq, vq: whether tokens and codes are brought to length 1
     * @param commitment     vq: weight of the commitment loss
     * @param entropyWeight  softvq, vq: weight of the entropy loss
     */
    public record BottleneckChoice(BottleneckKind kind, boolean standardize, double klWeight, int codebooks, int codes,
            double temperature, boolean normalize, double commitment, double entropyWeight)
            implements Checked {

        /** Throws {@link IllegalArgumentException} for what makes no bottleneck. */
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
     * The representation alignment with a fixed encoder.
     *
     * @param weight          0: without
     * @param align           how tokens and patches come together
     * @param projectionWidth width of the projection's hidden layers
     * @param model           the fixed encoder
     */
    public record Repa(double weight, Align align, int projectionWidth, Backbone model) {

        /** Throws {@link IllegalArgumentException} for a negative weight. */
        public Repa {
            ConfigRanges.notNegative("weight", weight);
        }
    }

    /**
     * Deviations of initial weights, normal around 0, of the encoder and the decoder where no published file gives
     * them. The official code has 0.02 for all, which suits a wide encoder that brings trained weights. A narrow one
     * that learns from nothing hardly attends to a place then, and stays at mean colours for long.
     *
     * @param linear    of the blocks' linear layers
     * @param positions of position tables, latent tokens and mask token
     */
    public record Initialization(double linear, double positions) {

        /** What the networks are made with. */
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

    /** What the autoencoder is made from. */
    AutoencoderConfig sizes() {
        var alignment = repa.weight() == 0 ? null
                : new org.flowprior.autoencoder.Repa.Options(repa.model().sizes(imageSize), repa.projectionWidth(),
                        repa.weight(), repa.align());
        return new AutoencoderConfig(encoder.sizes(imageSize), decoder.sizes(imageSize), latentTokens, latentChannels,
                bottleneck.options(), toPixel, alignment);
    }
}
