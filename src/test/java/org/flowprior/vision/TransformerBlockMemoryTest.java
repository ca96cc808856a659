package org.flowprior.vision;

import static org.assertj.core.api.Assertions.assertThat;

import org.flowprior.fixtures.PeakMemory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

/** Tensors go as soon as the last op has read them. */
class TransformerBlockMemoryTest {

    /** Bytes of the tokens [4, 64, 64]. */
    private static final long TOKENS = 4 * 4 * 64 * 64;

    @Test
    void aForwardHoldsNoMoreThanTheLayerAtWork() {
        VisionTransformerConfig config = new VisionTransformerConfig(64, 8, 64, 1, 4, 256, MlpType.GELU, 0, true);
        try (Scope scope = Scope.open(); TransformerBlock block = new TransformerBlock(config, null)) {
            Tensor x = Torch.randn(4, 64, 64);
            // The tokens after attention and their norm, then two tensors of the MLP's four times the width.
            assertThat(PeakMemory.withoutGrad(() -> block.forward(x))).isBetween(10 * TOKENS, 11 * TOKENS);
            // What autograd saves, and the gradients.
            assertThat(PeakMemory.training(() -> block.forward(x))).isBetween(25 * TOKENS, 26 * TOKENS);
        }
    }
}
