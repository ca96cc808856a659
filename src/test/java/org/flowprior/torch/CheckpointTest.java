package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@InScope
class CheckpointTest {

    private Tensor x;
    private Tensor w;

    @BeforeEach
    void setUp() {
        Generator generator = Generator.seeded(1);
        x = Torch.randn(new long[] {8, 16}, generator);
        w = Torch.randn(new long[] {16, 16}, generator).requiresGrad_(true);
    }

    private Tensor block(Tensor input) {
        return input.matmul(w).tanh().matmul(w).sigmoid().mul(input);
    }

    @Test
    void gradientsAreThoseOfTheBlockWithoutCheckpoint() {
        double[] plain = Autograd.grad(block(x).sum(), List.of(w)).get(0).toDoubleArray();
        Tensor y = Checkpoint.run(in -> block(in.get(0)), List.of(x));
        assertThat(Autograd.grad(y.sum(), List.of(w)).get(0).toDoubleArray()).containsExactly(plain);
    }

    @Test
    void theBlockRunsAgainOnceABackward() {
        AtomicInteger runs = new AtomicInteger();
        Tensor y = Checkpoint.run(in -> {
            runs.incrementAndGet();
            return block(in.get(0));
        }, List.of(x)).sum();
        assertThat(runs).hasValue(1);
        Autograd.grad(y, List.of(w), Autograd.Options.RETAIN);
        assertThat(runs).hasValue(2);
        Autograd.grad(y, List.of(w));
        assertThat(runs).hasValue(3);
    }

    @Test
    void lessIsKeptUntilBackward() {
        long before = Memory.cpuBytes();
        Tensor plain = Scope.returning(() -> block(block(x)));
        long withGraph = Memory.cpuBytes() - before;
        plain.close();
        Tensor y = Scope.returning(() -> Checkpoint.run(in -> block(block(in.get(0))), List.of(x)));
        assertThat(Memory.cpuBytes() - before).isLessThan(withGraph / 2);
        y.close();
        assertThat(Memory.cpuBytes()).isEqualTo(before);
    }

    @Test
    void dropoutDrawsTheSameMaskAgain() {
        Libtorch.manualSeed(3);
        Tensor y = Checkpoint.run(in -> Functional.dropout(in.get(0).matmul(w), 0.5, true), List.of(x));
        double[] state = defaultState();
        double[] got = Autograd.grad(y.sum(), List.of(w)).get(0).toDoubleArray();
        assertThat(defaultState()).as("the generator continues as if nothing had run").containsExactly(state);
        Libtorch.manualSeed(3);
        double[] expected = Autograd.grad(Functional.dropout(x.matmul(w), 0.5, true).sum(), List.of(w)).get(0)
                .toDoubleArray();
        assertThat(got).containsExactly(expected);
    }

    private static double[] defaultState() {
        try (Generator generator = Generator.defaultOf(Device.CPU)) {
            return generator.state().toDoubleArray();
        }
    }

    @Test
    void blocksNest() {
        double[] plain = Autograd.grad(block(block(x)).sum(), List.of(w)).get(0).toDoubleArray();
        Tensor y = Checkpoint.run(outer -> Checkpoint.run(inner -> block(inner.get(0)), List.of(block(outer.get(0)))),
                List.of(x));
        assertThat(Autograd.grad(y.sum(), List.of(w)).get(0).toDoubleArray()).containsExactly(plain);
    }

    @Test
    void autocastIsRestoredForTheSecondRun() {
        try (Autocast cast = Autocast.on(Device.Type.CPU, DType.BFLOAT16)) {
            double[] plain = Autograd.grad(block(x).sum(), List.of(w)).get(0).toDoubleArray();
            Tensor y = Checkpoint.run(in -> block(in.get(0)), List.of(x));
            Tensor sum = y.sum();
            try (Autocast off = Autocast.off(Device.Type.CPU)) {
                assertThat(Autograd.grad(sum, List.of(w)).get(0).toDoubleArray()).containsExactly(plain);
            }
        }
    }

    @Test
    void secondDerivativesPassThrough() {
        Tensor plain = Autograd.grad(block(x).sum(), List.of(w), Autograd.Options.CREATE).get(0);
        double[] expected = Autograd.grad(plain.square().sum(), List.of(w)).get(0).toDoubleArray();
        Tensor y = Checkpoint.run(in -> block(in.get(0)), List.of(x));
        Tensor first = Autograd.grad(y.sum(), List.of(w), Autograd.Options.CREATE).get(0);
        double[] got = Autograd.grad(first.square().sum(), List.of(w)).get(0).toDoubleArray();
        for (int i = 0; i < got.length; i++) {
            assertThat(got[i]).isCloseTo(expected[i], org.assertj.core.api.Assertions.within(1e-4));
        }
    }

    @Test
    void anExceptionInTheSecondRunComesOutOfBackward() {
        AtomicInteger runs = new AtomicInteger();
        Tensor y = Checkpoint.run(in -> {
            if (runs.incrementAndGet() == 2) {
                throw new IllegalStateException("second run");
            }
            return block(in.get(0));
        }, List.of(x));
        assertThatThrownBy(() -> y.sum().backward()).isInstanceOf(IllegalStateException.class).hasMessage("second run");
    }

    @Test
    void aBlockThatChangesIsRefused() {
        AtomicInteger runs = new AtomicInteger();
        Tensor y = Checkpoint.run(in -> runs.incrementAndGet() == 1 ? block(in.get(0)) : block(block(in.get(0))),
                List.of(x));
        assertThatThrownBy(() -> y.sum().backward()).isInstanceOf(TorchException.class)
                .hasMessageContaining("must do the same both times");
    }

    @Test
    void nothingIsHeldAfterTheGraph() {
        int held = Callbacks.held();
        try (Scope inner = Scope.open()) {
            Checkpoint.run(in -> block(in.get(0)), List.of(x)).sum().backward();
        }
        w.setGrad(null);
        assertThat(Callbacks.held()).isEqualTo(held);
    }
}
