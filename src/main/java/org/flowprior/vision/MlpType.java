package org.flowprior.vision;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** The activation between the two linear layers of a transformer block. */
public enum MlpType {

    /** Exact GELU, x · Φ(x): DINOv2 small, base and large, and DINO. */
    GELU {
        @Override
        Tensor apply(Tensor x) {
            return Functional.gelu(x);
        }
    },

    /** GELU's tanh approximation: DINO in the official discriminator. */
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

    /** Returns the number of output channels of the first linear layer if the second one takes {@code hidden}. */
    int inputs(int hidden) {
        return this == SWIGLU ? 2 * hidden : hidden;
    }
}
