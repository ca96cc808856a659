package org.flowprior.vision;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** What lies between the two linear layers of a transformer's block. */
public enum MlpType {

    /** x · Φ(x) exactly: DINOv2 small, base and large, and DINO. */
    GELU {
        @Override
        Tensor apply(Tensor x) {
            return Functional.gelu(x);
        }
    },

    /** GELU by the hyperbolic tangent: what the official discriminator runs DINO with. */
    GELU_TANH {
        @Override
        Tensor apply(Tensor x) {
            return Functional.gelu(x, "tanh");
        }
    },

    /** SiLU of the first half of the channels times the second half, timm's {@code SwiGLUPacked}: DINOv2 giant. */
    SWIGLU {
        @Override
        Tensor apply(Tensor x) {
            return Scope.returning(() -> {
                long half = x.size(-1) / 2;
                return Functional.silu(x.narrow(-1, 0, half)).mul(x.narrow(-1, half, half));
            });
        }
    };

    /** x [..., {@link #inputs} of hidden] to [..., hidden]. */
    abstract Tensor apply(Tensor x);

    /** Channels that the first linear layer gives for that many that the second one takes. */
    int inputs(int hidden) {
        return this == SWIGLU ? 2 * hidden : hidden;
    }
}
