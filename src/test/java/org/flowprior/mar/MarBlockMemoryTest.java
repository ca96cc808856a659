package org.flowprior.mar;

import static org.assertj.core.api.Assertions.assertThat;

import org.flowprior.fixtures.PeakMemory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

/** Tensors go as soon as the last op has read them. */
class MarBlockMemoryTest {

    /** Bytes of the tokens [4, 64, 64]. */
    private static final long TOKENS = 4 * 4 * 64 * 64;

    @Test
    void aForwardHoldsNoMoreThanTheLayerAtWork() {
        MarConfig config = new MarConfig(new LatentLayout.Sequence(32, 8), 64, 1, 1, 4, 4, 10, 16, true, 0.1, 0.1, 0.1,
                0.7, new MarConfig.Head.Flow(1, 64, 1));
        try (Scope scope = Scope.open(); MarBlock block = new MarBlock(config, null)) {
            Tensor x = Torch.randn(4, 64, 64);
            // What autograd saves, and the gradients.
            assertThat(PeakMemory.training(() -> block.forward(x))).isBetween(44 * TOKENS, 45 * TOKENS);
            block.eval();
            // The tokens after attention and their norm, then two tensors of the MLP's four times the width.
            assertThat(PeakMemory.withoutGrad(() -> block.forward(x))).isBetween(10 * TOKENS, 11 * TOKENS);
        }
    }
}
