package org.flowprior.autoencoder;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.vision.VisionTransformerConfig;

/**
 * Two layers with a sine behind each (Sitzmann et al., 2020), of width twice the decoder's. As in the official code the
 * values of all tokens are the image row by row: no token has a patch of its own.
 */
public final class ToPixelSiren extends ToPixel {

    private static final double FREQUENCY = 30;

    private final int size;
    private final SineLayer last;
    private final Sequential model;

    ToPixelSiren(VisionTransformerConfig decoder, Generator generator) {
        size = decoder.imageSize();
        long width = decoder.width();
        SineLayer first = new SineLayer(width, 2 * width, 1.0 / width, generator);
        last = new SineLayer(2 * width, ToPixelKind.patchValues(decoder), Math.sqrt(6.0 / (2 * width)) / FREQUENCY,
                generator);
        model = register("model", new Sequential(first, last));
    }

    /** [3 patch², 2 width] */
    @Override
    public Tensor lastLayerWeight() {
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
