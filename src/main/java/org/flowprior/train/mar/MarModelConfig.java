package org.flowprior.train.mar;

import static org.flowprior.config.ConfigRanges.atLeast;
import static org.flowprior.config.ConfigRanges.positive;
import static org.flowprior.config.ConfigRanges.shareBelowOne;

import java.util.List;
import java.util.function.Function;
import org.flowprior.config.FilePath;
import org.flowprior.mar.LatentLayout;
import org.flowprior.mar.MarConfig;

/**
 * The generator of {@code flowprior train-mar}: the config's key {@code model}. Tokens, channels and classes are those
 * of the latent cache.
 *
 * @param width             channels of a token in encoder and decoder
 * @param encoderDepth      number of blocks of the encoder
 * @param decoderDepth      number of blocks of the decoder
 * @param heads             number of attention heads; divides {@code width}
 * @param mlpRatio          hidden channels of an MLP, as a multiple of {@code width}
 * @param bufferSize        number of class tokens before the image's tokens
 * @param qkNorm            whether queries and keys are normalised
 * @param labelDrop         share of images that are trained without their class, in [0, 1)
 * @param attentionDropout  dropout of the attention's probabilities, in [0, 1)
 * @param projectionDropout dropout of the blocks' linear layers, in [0, 1)
 * @param maskRatioMin      the smallest share of tokens that are masked, in [0, 1)
 * @param head              the head, which makes a token from its condition
 * @param weights           file of initial weights, of this program or an official checkpoint; empty: random weights
 */
public record MarModelConfig(int width, int encoderDepth, int decoderDepth, int heads, double mlpRatio, int bufferSize,
        boolean qkNorm, double labelDrop, double attentionDropout, double projectionDropout,
        double maskRatioMin, Head head, @FilePath String weights) {

    /** The kinds of head. */
    public enum HeadKind {
        /** A flow for each token. */
        FLOW,
        /** A diffusion for each token: the baseline. */
        DIFFUSION
    }

    /**
     * The head, which makes a token from its condition.
     *
     * @param kind         flow or diffusion
     * @param depth        number of residual blocks
     * @param width        number of hidden channels
     * @param multiplicity draws of (t, noise) for each token in a step
     */
    public record Head(HeadKind kind, int depth, int width, int multiplicity) {

        /** Throws {@link IllegalArgumentException} for numbers below 1. */
        public Head {
            atLeast("depth", depth, 1);
            atLeast("width", width, 1);
            atLeast("multiplicity", multiplicity, 1);
        }

        private MarConfig.Head sizes() {
            return switch (kind) {
                case FLOW -> new MarConfig.Head.Flow(depth, width, multiplicity);
                case DIFFUSION -> new MarConfig.Head.Diffusion(depth, width, multiplicity);
            };
        }
    }

    /** The published sizes, with the head sizes of the published weights. */
    public enum Size {
        /** MAR-B. */
        BASE(MarConfig::base),
        /** MAR-L. */
        LARGE(MarConfig::large),
        /** MAR-H. */
        HUGE(MarConfig::huge);

        private final List<String> assignments;

        Size(Function<LatentLayout, MarConfig> published) {
            // No size depends on the layout.
            MarConfig sizes = published.apply(new LatentLayout.Sequence(1, 1));
            assignments = List.of("model.width=" + sizes.width(), "model.encoderDepth=" + sizes.encoderDepth(),
                    "model.decoderDepth=" + sizes.decoderDepth(), "model.heads=" + sizes.heads(),
                    "model.head.depth=" + sizes.head().depth(), "model.head.width=" + sizes.head().width());
        }

        /** Returns the config's keys for this size, as {@code KEY=VALUE}. */
        public List<String> assignments() {
            return assignments;
        }
    }

    /** Throws {@link IllegalArgumentException} for values out of range, and unless {@code heads} divides the width. */
    public MarModelConfig {
        atLeast("width", width, 1);
        atLeast("encoderDepth", encoderDepth, 1);
        atLeast("decoderDepth", decoderDepth, 1);
        atLeast("heads", heads, 1);
        if (width % heads != 0) {
            throw new IllegalArgumentException("heads must divide width = " + width + ", which " + heads + " does not");
        }
        positive("mlpRatio", mlpRatio);
        atLeast("bufferSize", bufferSize, 1);
        shareBelowOne("labelDrop", labelDrop);
        shareBelowOne("attentionDropout", attentionDropout);
        shareBelowOne("projectionDropout", projectionDropout);
        shareBelowOne("maskRatioMin", maskRatioMin);
    }

    /** Returns the config of a generator for latents in a layout, and for a number of classes. */
    MarConfig sizes(LatentLayout layout, long classes) {
        return new MarConfig(layout, width, encoderDepth, decoderDepth, heads, mlpRatio, classes, bufferSize, qkNorm,
                labelDrop, attentionDropout, projectionDropout, maskRatioMin, head.sizes());
    }
}
