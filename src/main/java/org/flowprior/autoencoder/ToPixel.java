package org.flowprior.autoencoder;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Conv2d;
import org.flowprior.torch.nn.Identity;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.ReLU;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.torch.nn.Upsample;
import org.flowprior.vision.VisionTransformerConfig;

/**
 * Makes pixels of a decoder's tokens; its keys start with {@code to_pixel.model}. Pixels are not bounded to [-1, 1].
 */
abstract sealed class ToPixel extends Layer {

    /** Returns the weight of the last layer, see {@link Decoder#lastLayerWeight}. */
    abstract Tensor lastLayerWeight();

    /** Tokens [B, patches, width] to images [B, 3, H, W]; {@link ToPixelKind#IDENTITY} returns the tokens. */
    @Override
    public abstract Tensor forward(Tensor tokens);

    /** Values of a patch: 3 channels of its pixels. */
    private static long patchValues(VisionTransformerConfig decoder) {
        return 3L * decoder.patchSize() * decoder.patchSize();
    }

    /** A linear layer that gives each token its patch; the colour is the fastest index in it. */
    static final class ByLinear extends ToPixel {

        private final int grid;
        private final int patch;
        private final Linear model;

        ByLinear(VisionTransformerConfig decoder, Generator generator) {
            grid = decoder.grid();
            patch = decoder.patchSize();
            model = register("model", new Linear(decoder.width(), patchValues(decoder), true, generator));
        }

        static long parameterCount(VisionTransformerConfig decoder) {
            return (decoder.width() + 1L) * patchValues(decoder);
        }

        /** [3 patch², width] */
        @Override
        Tensor lastLayerWeight() {
            return model.weight();
        }

        @Override
        public Tensor forward(Tensor tokens) {
            long batch = tokens.size(0);
            return Scope.returning(() -> model.forward(tokens).view(batch, grid, grid, patch, patch, 3)
                    .permute(0, 5, 1, 3, 2, 4).reshape(batch, 3, (long) grid * patch, (long) grid * patch));
        }
    }

    /** Convolutions that double the grid of tokens four times, for patches of 16 pixels. */
    static final class ByConvolutions extends ToPixel {

        private static final int PATCH = 16;
        private static final int[] CHANNELS = {128, 64, 32, 16, 3};

        private final int grid;
        private final Conv2d last;
        private final Sequential model;

        ByConvolutions(VisionTransformerConfig decoder, Generator generator) {
            check(decoder);
            grid = decoder.grid();
            Conv2d second = convolution(1, generator);
            Conv2d third = convolution(2, generator);
            Conv2d fourth = convolution(3, generator);
            last = convolution(4, generator);
            Layer first = new Conv2d(decoder.width(), CHANNELS[0], Conv2d.Options.kernel(1), generator);
            // Number 0 is the official rearrangement, which has no weights.
            model = register("model", new Sequential(new Identity(), first, new ReLU(), new Upsample(2), second,
                    new ReLU(), new Upsample(2), third, new ReLU(), new Upsample(2), fourth, new ReLU(),
                    new Upsample(2), last));
        }

        private static Conv2d convolution(int step, Generator generator) {
            return new Conv2d(CHANNELS[step - 1], CHANNELS[step], Conv2d.Options.kernel(3).withPadding(1), generator);
        }

        static void check(VisionTransformerConfig decoder) {
            if (decoder.patchSize() != PATCH) {
                throw new IllegalArgumentException("toPixel conv doubles its input four times and so needs a decoder "
                        + "with patches of " + PATCH + ", not of " + decoder.patchSize() + "; linear takes any");
            }
        }

        static long parameterCount(VisionTransformerConfig decoder) {
            long count = (decoder.width() + 1L) * CHANNELS[0];
            for (int step = 1; step < CHANNELS.length; step++) {
                count += (9L * CHANNELS[step - 1] + 1) * CHANNELS[step];
            }
            return count;
        }

        /** [3, 16, 3, 3] */
        @Override
        Tensor lastLayerWeight() {
            return last.weight();
        }

        @Override
        public Tensor forward(Tensor tokens) {
            return Scope.returning(() -> model.forward(
                    tokens.transpose(1, 2).reshape(tokens.size(0), tokens.size(2), grid, grid)));
        }
    }

    /**
     * Two layers, each with a sine after it (Sitzmann et al., 2020), of twice the decoder's width. As in the official
     * code, the values of all tokens are the image row by row: no token has a patch of its own.
     */
    static final class BySiren extends ToPixel {

        private static final double FREQUENCY = 30;

        private final int size;
        private final SineLayer last;
        private final Sequential model;

        BySiren(VisionTransformerConfig decoder, Generator generator) {
            size = decoder.imageSize();
            long width = decoder.width();
            SineLayer first = new SineLayer(width, 2 * width, 1.0 / width, generator);
            last = new SineLayer(2 * width, patchValues(decoder), Math.sqrt(6.0 / (2 * width)) / FREQUENCY, generator);
            model = register("model", new Sequential(first, last));
        }

        static long parameterCount(VisionTransformerConfig decoder) {
            long width = decoder.width();
            return (width + 1) * 2 * width + (2 * width + 1) * patchValues(decoder);
        }

        /** [3 patch², 2 width] */
        @Override
        Tensor lastLayerWeight() {
            return last.linear.weight();
        }

        @Override
        public Tensor forward(Tensor tokens) {
            return Scope.returning(() -> model.forward(tokens).view(tokens.size(0), 3, size, size));
        }

        /** sin(30 (x Wᵀ + b)), W uniform within the bound. */
        private static final class SineLayer extends Layer {

            private final Linear linear;

            private SineLayer(long in, long out, double bound, Generator generator) {
                linear = register("linear", new Linear(in, out, true, generator));
                Init.uniform_(linear.weight(), -bound, bound, generator);
            }

            @Override
            public Tensor forward(Tensor x) {
                return Scope.returning(() -> linear.forward(x).mul(FREQUENCY).sin());
            }
        }
    }

    /** Returns the tokens. */
    static final class ByIdentity extends ToPixel {

        @Override
        Tensor lastLayerWeight() {
            throw new UnsupportedOperationException("toPixel identity has no last layer; the adaptive weight needs "
                    + "linear, conv or siren");
        }

        @Override
        public Tensor forward(Tensor tokens) {
            return tokens.share();
        }
    }
}
