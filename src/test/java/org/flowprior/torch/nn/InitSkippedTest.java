package org.flowprior.torch.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

/** {@link Init#skipped}. */
class InitSkippedTest {

    private static final Supplier<Sequential> NETWORK = () -> new Sequential(new Linear(3, 4),
            new Conv2d(2, 2, Conv2d.Options.kernel(3)), new Embedding(5, 2), new BatchNorm2d(4),
            new Conv1d(2, 2, Conv1d.Options.kernel(3).withSpectralNorm(true)));

    private static boolean draws(Runnable work) {
        try (Scope scope = Scope.open(); Generator standard = Generator.defaultOf(Device.CPU)) {
            Tensor before = standard.state();
            work.run();
            return !standard.state().equal(before);
        }
    }

    @Test
    void nothingIsDrawnAndLoadingGivesTheSameModule() {
        assertThat(draws(() -> NETWORK.get().close())).isTrue();
        try (Sequential drawn = NETWORK.get()) {
            assertThat(draws(() -> {
                try (Sequential skipped = Init.skipped(NETWORK)) {
                    skipped.loadStateDict(drawn.stateDict());
                    drawn.stateDict().forEach(
                            (key, tensor) -> assertThat(skipped.stateDict().get(key).equal(tensor)).as(key).isTrue());
                    assertThat(skipped.parameters()).allMatch(Tensor::requiresGrad);
                }
            })).isFalse();
        }
    }

    @Test
    void constantsThatModulesMakeThemselvesAreThere() {
        try (BatchNorm2d norm = Init.skipped(() -> new BatchNorm2d(3)); Scope scope = Scope.open()) {
            assertThat(norm.stateDict().get("running_var").toFloatArray()).containsExactly(1, 1, 1);
            assertThat(norm.stateDict().get("num_batches_tracked").item()).isZero();
        }
    }

    @Test
    void itEndsWithTheConstructorAlsoAfterAnExceptionAndWithinAnother() {
        assertThatThrownBy(() -> Init.skipped(() -> {
            throw new IllegalStateException("no");
        })).hasMessage("no");
        assertThat(draws(() -> new Linear(2, 2).close())).isTrue();
        assertThat(draws(() -> Init.skipped(() -> {
            Init.skipped(() -> new Linear(2, 2)).close();
            return new Linear(2, 2);
        }).close())).isFalse();
        assertThat(draws(() -> new Linear(2, 2).close())).isTrue();
    }

    @Test
    void otherThreadsInitialiseAsEver() {
        Init.skipped(() -> {
            CompletableFuture.runAsync(() -> {
                try (Scope scope = Scope.open()) {
                    assertThat(Init.ones_(Torch.zeros(2)).sum().item()).isEqualTo(2);
                }
            }).join();
            return new Identity();
        }).close();
    }
}
