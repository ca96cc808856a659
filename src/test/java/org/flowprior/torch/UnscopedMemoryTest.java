package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.flowprior.fixtures.ChildJvm;
import org.junit.jupiter.api.Test;

class UnscopedMemoryTest {

    private static final String LOOP = "org.flowprior.memory.TrainingLoop";

    @Test
    void aLoopWithoutScopesStaysBoundedAndWarnsOnce() throws Exception {
        ChildJvm.Result scoped = ChildJvm.of(LOOP, "scoped", "1500").run();
        ChildJvm.Result unscoped = ChildJvm.of(LOOP, "unscoped", "1500").run();
        assertThat(scoped.code()).as(scoped.text()).isZero();
        assertThat(unscoped.code()).as(unscoped.text()).isZero();
        assertThat(unscoped.number("peak")).isLessThan(2 * scoped.number("peak"));
        // What is lost is 260 kB a step, 390 MB in all.
        assertThat(unscoped.number("collected")).isGreaterThan(1000);
        assertThat(scoped.number("collected")).isZero();
        assertThat(unscoped.number("unscoped") + unscoped.number("scoped"))
                .isLessThanOrEqualTo(unscoped.number("live"));
        assertThat(unscoped.text().split("a Scope around each step", -1)).hasSize(2);
        assertThat(scoped.text()).doesNotContain("Scope");
    }

    @Test
    void theWarningNamesTheLineThatMadeMost() throws Exception {
        ChildJvm.Result result = ChildJvm.of(LOOP, "unscoped", "600").jvm("-Dflowprior.debug=true").run();
        assertThat(result.code()).as(result.text()).isZero();
        assertThat(result.text()).contains("most were made at").contains("TrainingLoop.step(TrainingLoop.java");
    }

    @Test
    void lostTensorsAreFreedBeforeMemoryIsMissing() throws Exception {
        ChildJvm.Result result = ChildJvm.of("org.flowprior.memory.ScarceMemory").run();
        assertThat(result.code()).as(result.text()).isZero();
        assertThat(result.number("collected")).as(result.text()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void missingMemoryNamesScopes() {
        try (Scope scope = Scope.open()) {
            Torch.ones(1);
            assertThatThrownBy(() -> Torch.empty(1L << 50)).isInstanceOf(OutOfMemoryException.class)
                    .hasMessageContaining("open Scopes of this thread hold 1 tensors")
                    .hasMessageContaining("a Scope around each step");
        }
    }

    @Test
    void countersTellOwnersApart() {
        long scoped = Memory.scopedTensors();
        long unscoped = Memory.unscopedTensors();
        try (Scope scope = Scope.open()) {
            Tensor kept = Torch.ones(1).keep();
            Torch.ones(1);
            assertThat(Memory.scopedTensors()).isEqualTo(scoped + 1);
            assertThat(Memory.unscopedTensors()).isEqualTo(unscoped + 1);
            kept.close();
            assertThat(Memory.unscopedTensors()).isEqualTo(unscoped);
        }
    }
}
