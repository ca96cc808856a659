package org.flowprior.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.flowprior.mar.TinyMar;
import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.Test;

/** The time embedding of the tiny generator's head (spec J.2). */
class TimeEmbeddingGoldenTest {

    /** Place of the embedding's first tensor in the generator's state dict. */
    private static final int PLACE = 80;

    @Test
    void ofOneHalf() {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad();
                TimeEmbedding embedding = new TimeEmbedding(8, null)) {
            int[] place = {PLACE};
            embedding.stateDict()
                    .forEach((key, tensor) -> tensor.copy_(TinyMar.weight(key, place[0]++, tensor.shape())));
            Tensor t = Tensor.of(new float[] {0.5f});
            assertThat(TimeEmbedding.features(t, DType.FLOAT32).flatten().toDoubleArray())
                    .containsExactly(TinyMar.golden("temb_freq_t0.5"), within(1e-6));
            assertThat(embedding.forward(t).flatten().toDoubleArray())
                    .containsExactly(TinyMar.golden("temb_t0.5"), within(4e-6));
        }
    }
}
