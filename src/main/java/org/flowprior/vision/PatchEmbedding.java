package org.flowprior.vision;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Conv2d;
import org.flowprior.torch.nn.Layer;

/** A linear map of each patch of an image, written as a convolution: timm's {@code PatchEmbed}. */
final class PatchEmbedding extends Layer {

    private final Conv2d projection;

    PatchEmbedding(VisionTransformerConfig config, Generator generator) {
        int patch = config.patchSize();
        projection = register("proj", new Conv2d(3, config.width(),
                Conv2d.Options.kernel(patch).withStride(patch), generator));
    }

    /** Images [B, 3, H, W] to patches [B, N, width], row by row. */
    @Override
    public Tensor forward(Tensor x) {
        return Scope.returning(() -> projection.forward(x).flatten(2).transpose(1, 2));
    }
}
