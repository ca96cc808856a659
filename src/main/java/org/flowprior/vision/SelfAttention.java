package org.flowprior.vision;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.Linear;

/** Multi-head attention between all tokens, without a mask: timm's {@code Attention}. */
final class SelfAttention extends Layer {

    private final int heads;
    private final Linear qkv;
    private final Linear proj;

    SelfAttention(VisionTransformerConfig config, Generator generator) {
        this.heads = config.heads();
        qkv = register("qkv", new Linear(config.width(), 3L * config.width(), true, generator));
        proj = register("proj", new Linear(config.width(), config.width(), true, generator));
    }

    void initialize(Generator generator) {
        initialize(qkv, generator);
        initialize(proj, generator);
    }

    /** Initialises a linear layer as timm does in a vision transformer. */
    static void initialize(Linear linear, Generator generator) {
        Init.truncNormal_(linear.weight(), 0, 0.02, -2, 2, generator);
        Init.zeros_(linear.bias());
    }

    /** x [B, T, width] to the same shape. */
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
