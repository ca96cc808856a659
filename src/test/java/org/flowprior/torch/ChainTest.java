package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** {@link Tensor#into}. */
class ChainTest {

    @Test
    void aChainLeavesItsLastResultOnly() {
        long live = Memory.liveTensors();
        long bytes = Memory.cpuBytes();
        try (Scope scope = Scope.open()) {
            Tensor x = Torch.ones(1000);
            Tensor y = x.add(2).into(Tensor::square).into(t -> t.sub(1));
            assertThat(scope.size()).isEqualTo(2);
            assertThat(Memory.liveTensors()).isEqualTo(live + 2);
            assertThat(Memory.cpuBytes() - bytes).isBetween(8000L, 8999L);
            assertThat(y.get(7).item()).isEqualTo(8);
            assertThat(x.isOpen()).isTrue();
        }
        assertThat(Memory.liveTensors()).isEqualTo(live);
    }

    @Test
    void outsideEveryScopeNothingIsLeftToTheGarbageCollector() {
        long live = Memory.liveTensors();
        double sum = Torch.ones(3).into(t -> t.mul(2)).into(Tensor::sum).into(Tensor::item);
        assertThat(sum).isEqualTo(6);
        assertThat(Memory.liveTensors()).isEqualTo(live);
    }

    @Test
    void whatBackwardNeedsStaysInTheGraph() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.of(new double[] {0.5, -1}).requiresGrad_(true);
            x.exp().into(Tensor::square).into(Tensor::sum).backward();
            assertThat(x.grad().toDoubleArray()).containsExactly(new double[] {2 * Math.exp(1), 2 * Math.exp(-2)},
                    org.assertj.core.api.Assertions.within(1e-12));
        }
    }

    @Test
    void opsInPlaceAndTheIdentityKeepTheTensor() {
        try (Scope scope = Scope.open()) {
            Tensor x = Torch.full(new long[] {2}, -1);
            Tensor same = x.into(t -> t);
            assertThat(same).isSameAs(x);
            Tensor positive = x.into(Tensor::abs_);
            assertThat(positive).isSameAs(x);
            assertThat(x.sum().item()).isEqualTo(2);
        }
    }

    @Test
    void sharesAndViewsOfItStayValid() {
        long live = Memory.liveTensors();
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
            Tensor shared = x.into(Tensor::share);
            assertThat(x.isOpen()).isFalse();
            List<Tensor> rows = shared.into(t -> t.chunk(2, 0));
            assertThat(shared.isOpen()).isFalse();
            assertThat(rows.get(1).toFloatArray()).containsExactly(3, 4);
            assertThat(Memory.liveTensors()).isEqualTo(live + 2);
        }
    }

    @Test
    void anExceptionClosesItToo() {
        long live = Memory.liveTensors();
        try (Scope scope = Scope.open()) {
            Tensor x = Torch.ones(2);
            assertThatThrownBy(() -> x.into(t -> t.matmul(Torch.ones(3)))).isInstanceOf(ShapeException.class);
            assertThat(x.isOpen()).isFalse();
            Tensor y = Torch.ones(2);
            assertThatThrownBy(() -> y.into(t -> {
                throw new IllegalStateException("no");
            })).isInstanceOf(IllegalStateException.class).hasMessage("no").hasNoSuppressedExceptions();
            assertThat(y.isOpen()).isFalse();
        }
        assertThat(Memory.liveTensors()).isEqualTo(live);
    }

    @Test
    void aFunctionMayCloseItItself() {
        try (Scope scope = Scope.open()) {
            Tensor sum = Torch.ones(2).into(t -> t.into(Tensor::sum));
            assertThat(sum.item()).isEqualTo(2);
        }
    }

    @Test
    void aClosedTensorAndAnotherThreadAreRefusedBeforeTheFunctionRuns() {
        try (Scope scope = Scope.open()) {
            Tensor x = Torch.ones(1);
            x.into(Tensor::neg);
            assertThatThrownBy(() -> x.into(t -> "ran")).isInstanceOf(ClosedException.class);
            Tensor y = Torch.ones(1);
            assertThatThrownBy(() -> CompletableFuture.supplyAsync(() -> y.into(t -> "ran")).join())
                    .isInstanceOf(CompletionException.class).hasCauseInstanceOf(ThreadException.class);
            assertThat(y.isOpen()).isTrue();
        }
    }
}
