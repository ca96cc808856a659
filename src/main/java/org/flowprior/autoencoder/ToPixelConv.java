package org.flowprior.autoencoder;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Conv2d;
import org.flowprior.torch.nn.Identity;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.ReLU;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.torch.nn.Upsample;
import org.flowprior.vision.VisionTransformerConfig;

/** Convolutions that double the grid of tokens four times, for patches of 16 pixels. */
public final class ToPixelConv extends ToPixel {

    private static final int PATCH = 16;
    private static final int[] CHANNELS = {128, 64, 32, 16, 3};

    private final int grid;
    private final Conv2d last;
    private final Sequential model;

    ToPixelConv(VisionTransformerConfig decoder, Generator generator) {
        check(decoder);
        grid = decoder.grid();
        Conv2d second = convolution(1, generator);
        Conv2d third = convolution(2, generator);
        Conv2d fourth = convolution(3, generator);
        last = convolution(4, generator);
        Layer first = new Conv2d(decoder.width(), CHANNELS[0], Conv2d.Options.kernel(1), generator);
        // Number 0 is the official rearrangement, which has no weights.
        model = register("model", new Sequential(new Identity(), first, new ReLU(), new Upsample(2), second,
                new ReLU(), new Upsample(2), third, new ReLU(), new Upsample(2), fourth, new ReLU(), new Upsample(2),
                last));
    }

    private static Conv2d convolution(int step, Generator generator) {
        return new Conv2d(CHANNELS[step - 1], CHANNELS[step], Conv2d.Options.kernel(3).withPadding(1), generator);
    }

    static void check(VisionTransformerConfig decoder) {
        if (decoder.patchSize() != PATCH) {
            throw new IllegalArgumentException("toPixel conv doubles its input four times and so wants a decoder with "
                    + "patches of " + PATCH + ", not of " + decoder.patchSize() + "; linear takes any");
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
    public Tensor lastLayerWeight() {
        return last.weight();
    }

    @Override
    public Tensor forward(Tensor tokens) {
        return Scope.returning(() -> model.forward(
                tokens.transpose(1, 2).reshape(tokens.size(0), tokens.size(2), grid, grid)));
    }
}
