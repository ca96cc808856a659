package org.flowprior.vision;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.LayerNorm;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Module;

/** Attention, then the feed-forward layer, each after a norm and added to its input: timm's {@code Block}. */
final class TransformerBlock extends Layer {

    private final LayerNorm norm1;
    private final Attention attention;
    private final LayerScale scale1;
    private final LayerNorm norm2;
    private final FeedForward feedForward;
    private final LayerScale scale2;

    TransformerBlock(VisionTransformerConfig config, Generator generator) {
        long width = config.width();
        norm1 = register("norm1", new LayerNorm(width, VisionTransformer.NORM_EPSILON, true));
        attention = register("attn", new Attention(config, generator));
        scale1 = config.layerScale() ? register("ls1", new LayerScale(width)) : null;
        norm2 = register("norm2", new LayerNorm(width, VisionTransformer.NORM_EPSILON, true));
        feedForward = register("mlp", new FeedForward(config, generator));
        scale2 = config.layerScale() ? register("ls2", new LayerScale(width)) : null;
    }

    /** Draws the linear layers' weights as timm does; the second half of a gated layer starts near 1. */
    void initialize(Generator generator) {
        for (Linear linear : new Linear[] {attention.qkv, attention.proj, feedForward.fc1, feedForward.fc2}) {
            Init.truncNormal_(linear.weight(), 0, 0.02, -2, 2, generator);
            Init.zeros_(linear.bias());
        }
        if (feedForward.type == MlpType.SWIGLU) {
            try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
                Linear gated = feedForward.fc1;
                long half = gated.bias().size(0) / 2;
                Init.normal_(gated.weight().narrow(0, half, half), 0, 1e-6, generator);
                Init.ones_(gated.bias().narrow(0, half, half));
            }
        }
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

    /** Multi-head attention between all tokens, without a mask: timm's {@code Attention}. */
    private static final class Attention extends Layer {

        private final int heads;
        private final Linear qkv;
        private final Linear proj;

        Attention(VisionTransformerConfig config, Generator generator) {
            heads = config.heads();
            qkv = register("qkv", new Linear(config.width(), 3L * config.width(), true, generator));
            proj = register("proj", new Linear(config.width(), config.width(), true, generator));
        }

        @Override
        public Tensor forward(Tensor x) {
            return qkv.forward(x).into(this::attend).into(proj::forward);
        }

        private Tensor attend(Tensor projected) {
            return Scope.returning(() -> {
                Tensor parts = projected.unflatten(-1, 3, heads, -1).permute(2, 0, 3, 1, 4);
                return Functional.scaledDotProductAttention(parts.select(0, 0), parts.select(0, 1), parts.select(0, 2))
                        .transpose(1, 2).flatten(2);
            });
        }
    }

    /** A factor for each channel of a residual branch, key {@code gamma}: timm's {@code LayerScale}. */
    private static final class LayerScale extends Module {

        private final Tensor gamma;

        LayerScale(long width) {
            gamma = registerParameter("gamma", Torch.full(new long[] {width}, 1e-5));
        }
    }

    /** Two linear layers with an activation between them: timm's {@code Mlp} and {@code SwiGLUPacked}. */
    private static final class FeedForward extends Layer {

        private final MlpType type;
        private final Linear fc1;
        private final Linear fc2;

        FeedForward(VisionTransformerConfig config, Generator generator) {
            type = config.mlp();
            fc1 = register("fc1", new Linear(config.width(), type.inputs(config.hidden()), true, generator));
            fc2 = register("fc2", new Linear(config.hidden(), config.width(), true, generator));
        }

        @Override
        public Tensor forward(Tensor x) {
            return fc1.forward(x).into(type::apply).into(fc2::forward);
        }
    }
}
