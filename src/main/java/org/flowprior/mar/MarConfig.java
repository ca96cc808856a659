package org.flowprior.mar;

import java.util.Map;
import org.flowprior.config.VariantName;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.torch.Tensor;

/**
 * The sizes and options of a {@link Mar}.
 *
 * @param layout            how latents are divided into tokens
 * @param width             D, channels of the transformers
 * @param encoderDepth      blocks of the encoder
 * @param decoderDepth      blocks of the decoder
 * @param heads             attention heads, which divide the width
 * @param mlpRatio          hidden channels of a block's MLP, as a multiple of the width
 * @param classes           classes of the labels
 * @param bufferSize        tokens with the class, before those of the image
 * @param qkNorm            whether queries and keys are normalised
 * @param labelDrop         share of images that train without their class
 * @param attentionDropout  dropout of attention probabilities in training
 * @param projectionDropout dropout after the attention and the layers of the MLP in training
 * @param maskRatioMin      least share of masked tokens in training
 * @param head              what makes a token from its condition
 */
public record MarConfig(LatentLayout layout, long width, int encoderDepth, int decoderDepth, int heads, double mlpRatio,
        long classes, long bufferSize, boolean qkNorm, double labelDrop, double attentionDropout,
        double projectionDropout, double maskRatioMin, Head head) {

    /** The official dropout of labels, attention and projections. */
    static final double DROPOUT = 0.1;
    /** The official {@code maskRatioMin}. */
    static final double MIN_MASK_RATIO = 0.7;
    /** The official {@link Head#multiplicity}. */
    static final int MULTIPLICITY = 4;

    /** The kind of a head and its sizes. */
    public sealed interface Head {

        /** Returns the number of residual blocks. */
        int depth();

        /** Returns the hidden channels. */
        long width();

        /** Returns how many times and noises a step draws for each masked token. */
        int multiplicity();

        /** Returns the channels of the head's output for tokens of that many channels. */
        long outputChannels(long tokenChannels);

        /** A {@link FlowHead}. All numbers are at least 1. */
        @VariantName("flow")
        record Flow(int depth, long width, int multiplicity) implements Head {

            /** Throws {@link IllegalArgumentException} for a number below 1. */
            public Flow {
                check(depth, width, multiplicity);
            }

            @Override
            public long outputChannels(long tokenChannels) {
                return tokenChannels;
            }
        }

        /** A {@link DiffusionHead}. All numbers are at least 1. */
        @VariantName("diffusion")
        record Diffusion(int depth, long width, int multiplicity) implements Head {

            /** Throws {@link IllegalArgumentException} for a number below 1. */
            public Diffusion {
                check(depth, width, multiplicity);
            }

            @Override
            public long outputChannels(long tokenChannels) {
                return 2 * tokenChannels;
            }
        }

        private static void check(int depth, long width, int multiplicity) {
            if (depth < 1 || width < 1 || multiplicity < 1) {
                throw new IllegalArgumentException("a head needs depth, width and multiplicity of at least 1, not "
                        + depth + ", " + width + " and " + multiplicity);
            }
        }
    }

    /** Throws {@link IllegalArgumentException} for sizes that do not make a model. */
    public MarConfig {
        if (width < 1 || encoderDepth < 1 || decoderDepth < 1 || heads < 1 || width % heads != 0
                || !(mlpRatio > 0) || (long) (width * mlpRatio) < 1) {
            throw new IllegalArgumentException("a generator needs depths of at least 1, heads that divide the width "
                    + "and a positive mlpRatio, not depths " + encoderDepth + " and " + decoderDepth + ", " + heads
                    + " heads, width " + width + " and mlpRatio " + mlpRatio);
        }
        if (classes < 1 || bufferSize < 1) {
            throw new IllegalArgumentException("a generator needs classes and bufferSize of at least 1, not " + classes
                    + " and " + bufferSize);
        }
        checkShare("labelDrop", labelDrop);
        checkShare("attentionDropout", attentionDropout);
        checkShare("projectionDropout", projectionDropout);
        checkShare("maskRatioMin", maskRatioMin);
    }

    private static void checkShare(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " must be at least 0 and below 1, not " + value);
        }
    }

    /** Returns the paper's MAR-B: 12 + 12 blocks of 768, head 6 blocks of 1024, for 1000 classes. */
    public static MarConfig base(LatentLayout layout) {
        return official(layout, 768, 12, 12, new Head.Flow(6, 1024, MULTIPLICITY));
    }

    /** Returns MAR-L: 16 + 16 blocks of 1024, head 8 blocks of 1280, for 1000 classes. */
    public static MarConfig large(LatentLayout layout) {
        return official(layout, 1024, 16, 16, new Head.Flow(8, 1280, MULTIPLICITY));
    }

    /** Returns MAR-H: 20 + 20 blocks of 1280, head 12 blocks of 1536, for 1000 classes. */
    public static MarConfig huge(LatentLayout layout) {
        return official(layout, 1280, 20, 16, new Head.Flow(12, 1536, MULTIPLICITY));
    }

    private static MarConfig official(LatentLayout layout, long width, int depth, int heads, Head head) {
        return new MarConfig(layout, width, depth, depth, heads, 4, 1000, 64, true, DROPOUT, DROPOUT, DROPOUT,
                MIN_MASK_RATIO, head);
    }

    /**
     * Infers the config from the weights of a model. What weights do not show gets the official value: latents that are
     * a sequence, dropouts, the least mask ratio, the head's multiplicity and, without normalised queries and keys, one
     * attention head for each 64 channels (16 heads for the width 1280).
     *
     * @param state with the official keys
     * @throws IllegalArgumentException naming the tensor that is missing or has a wrong shape
     */
    public static MarConfig of(Map<String, Tensor> state) {
        return new MarWeights(state).config();
    }

    /** Returns this config with that layout of the latents. */
    public MarConfig withLayout(LatentLayout value) {
        return new MarConfig(value, width, encoderDepth, decoderDepth, heads, mlpRatio, classes, bufferSize, qkNorm,
                labelDrop, attentionDropout, projectionDropout, maskRatioMin, head);
    }

    /** Returns this config with that number of attention heads. */
    public MarConfig withHeads(int value) {
        return new MarConfig(layout, width, encoderDepth, decoderDepth, value, mlpRatio, classes, bufferSize, qkNorm,
                labelDrop, attentionDropout, projectionDropout, maskRatioMin, head);
    }

    /** Returns this config with that head. */
    public MarConfig withHead(Head value) {
        return new MarConfig(layout, width, encoderDepth, decoderDepth, heads, mlpRatio, classes, bufferSize, qkNorm,
                labelDrop, attentionDropout, projectionDropout, maskRatioMin, value);
    }

    /** Returns this config with or without normalised queries and keys. */
    public MarConfig withQkNorm(boolean value) {
        return new MarConfig(layout, width, encoderDepth, decoderDepth, heads, mlpRatio, classes, bufferSize, value,
                labelDrop, attentionDropout, projectionDropout, maskRatioMin, head);
    }

    /** Returns this config with these rates of dropout, {@code labels} for {@link #labelDrop}. */
    public MarConfig withDropout(double labels, double attention, double projection) {
        return new MarConfig(layout, width, encoderDepth, decoderDepth, heads, mlpRatio, classes, bufferSize, qkNorm,
                labels, attention, projection, maskRatioMin, head);
    }

    /** Returns L, the number of tokens of an image. */
    public long tokens() {
        return layout.tokens();
    }

    /** Returns C, the channels of a token. */
    public long channels() {
        return layout.tokenChannels();
    }

    /** Returns the hidden channels of a block's MLP. */
    public long hidden() {
        return (long) (width * mlpRatio);
    }

    /** Returns the sizes of the head's network. */
    public VelocityNetwork.Config headNetwork() {
        return new VelocityNetwork.Config(channels(), width, head.depth(), head.width(),
                head.outputChannels(channels()));
    }

    /** Returns the number of values in all parameters. */
    public long parameterCount() {
        long rows = bufferSize + tokens();
        long vectors = classes + 2 + 2 * rows + tokens();
        long norms = qkNorm ? 4 * (width / heads) : 0;
        long block = 4 * width * width + 9 * width + hidden() + 2 * width * hidden() + norms;
        return vectors * width + (channels() + 1) * width + (encoderDepth + decoderDepth) * block
                + width * width + width + 6 * width + headNetwork().parameterCount();
    }
}
