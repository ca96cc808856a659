package org.flowprior.vision;

import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.Linear;

/** Two linear layers with an activation between them, for each token: timm's {@code Mlp} and {@code SwiGLUPacked}. */
final class FeedForward extends Layer {

    private final MlpType type;
    private final Linear fc1;
    private final Linear fc2;

    FeedForward(VisionTransformerConfig config, Generator generator) {
        this.type = config.mlp();
        fc1 = register("fc1", new Linear(config.width(), type.inputs(config.hidden()), true, generator));
        fc2 = register("fc2", new Linear(config.hidden(), config.width(), true, generator));
    }

    /** As in timm, the second half of a gated layer starts near 1. */
    void initialize(Generator generator) {
        SelfAttention.initialize(fc1, generator);
        SelfAttention.initialize(fc2, generator);
        if (type == MlpType.SWIGLU) {
            try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
                long half = fc1.bias().size(0) / 2;
                Init.normal_(fc1.weight().narrow(0, half, half), 0, 1e-6, generator);
                Init.ones_(fc1.bias().narrow(0, half, half));
            }
        }
    }

    /** x [B, T, width] to the same shape. */
    @Override
    public Tensor forward(Tensor x) {
        return fc1.forward(x).into(type::apply).into(fc2::forward);
    }
}
