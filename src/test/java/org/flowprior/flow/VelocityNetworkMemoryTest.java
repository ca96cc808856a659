package org.flowprior.flow;

import static org.assertj.core.api.Assertions.assertThat;

import org.flowprior.fixtures.PeakMemory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

/** Tensors go as soon as the last op has read them. */
class VelocityNetworkMemoryTest {

    private static final long ROWS = 256;
    private static final long WIDTH = 128;
    /** Bytes of a hidden state. */
    private static final long HIDDEN = 4 * ROWS * WIDTH;

    @Test
    void aForwardHoldsNoMoreThanTheLayerAtWork() {
        try (Scope scope = Scope.open();
                VelocityNetwork network = new VelocityNetwork(new VelocityNetwork.Config(8, 0, 4, WIDTH))) {
            Tensor x = Torch.randn(ROWS, 8);
            Tensor t = Torch.rand(ROWS);
            // The activated embedding, h, the modulation's three parts, and two tensors of the MLP or norm and result.
            assertThat(PeakMemory.withoutGrad(() -> network.forward(x, t, null))).isBetween(7 * HIDDEN, 8 * HIDDEN);
            long plain = PeakMemory.training(() -> network.forward(x, t, null));
            network.zeroGrad();
            // What autograd saves, and the gradients.
            assertThat(plain).isBetween(50 * HIDDEN, 54 * HIDDEN);
            network.gradCheckpointing(true);
            assertThat(PeakMemory.training(() -> network.forward(x, t, null))).isLessThan(plain * 2 / 3);
        }
    }
}
