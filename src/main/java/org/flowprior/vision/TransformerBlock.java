package org.flowprior.vision;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.LayerNorm;
import org.flowprior.torch.nn.Module;

/** Attention, then the feed-forward layer, each after a norm and added to its input: timm's {@code Block}. */
final class TransformerBlock extends Layer {

    private final LayerNorm norm1;
    private final SelfAttention attention;
    private final LayerScale scale1;
    private final LayerNorm norm2;
    private final FeedForward feedForward;
    private final LayerScale scale2;

    /** A factor for each channel of a residual branch, key {@code gamma}: timm's {@code LayerScale}. */
    private static final class LayerScale extends Module {

        private final Tensor gamma;

        LayerScale(long width) {
            gamma = registerParameter("gamma", Torch.full(new long[] {width}, 1e-5));
        }
    }

    TransformerBlock(VisionTransformerConfig config, Generator generator) {
        long width = config.width();
        norm1 = register("norm1", new LayerNorm(width, VisionTransformer.NORM_EPSILON, true));
        attention = register("attn", new SelfAttention(config, generator));
        scale1 = config.layerScale() ? register("ls1", new LayerScale(width)) : null;
        norm2 = register("norm2", new LayerNorm(width, VisionTransformer.NORM_EPSILON, true));
        feedForward = register("mlp", new FeedForward(config, generator));
        scale2 = config.layerScale() ? register("ls2", new LayerScale(width)) : null;
    }

    void initialize(Generator generator) {
        attention.initialize(generator);
        feedForward.initialize(generator);
    }

    /** x [B, T, width] to the same shape. */
    @Override
    public Tensor forward(Tensor x) {
        return addBranch(x, norm1, attention, scale1).into(h -> addBranch(h, norm2, feedForward, scale2));
    }

    private static Tensor addBranch(Tensor x, LayerNorm norm, Layer branch, LayerScale scale) {
        Tensor change = norm.forward(x).into(branch::forward);
        return change.into(y -> scale == null ? x.add(y) : x.addcmul(y, scale.gamma));
    }
}
