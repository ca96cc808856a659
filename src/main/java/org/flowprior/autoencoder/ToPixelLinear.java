package org.flowprior.autoencoder;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Linear;
import org.flowprior.vision.VisionTransformerConfig;

/** A linear layer that gives each token its patch, the colour the fastest index in it. */
public final class ToPixelLinear extends ToPixel {

    private final int grid;
    private final int patch;
    private final Linear model;

    ToPixelLinear(VisionTransformerConfig decoder, Generator generator) {
        grid = decoder.grid();
        patch = decoder.patchSize();
        model = register("model",
                new Linear(decoder.width(), ToPixelKind.patchValues(decoder), true, generator));
    }

    /** [3 patch², width] */
    @Override
    public Tensor lastLayerWeight() {
        return model.weight();
    }

    @Override
    public Tensor forward(Tensor tokens) {
        long batch = tokens.size(0);
        return Scope.returning(() -> model.forward(tokens).view(batch, grid, grid, patch, patch, 3)
                .permute(0, 5, 1, 3, 2, 4).reshape(batch, 3, (long) grid * patch, (long) grid * patch));
    }
}
