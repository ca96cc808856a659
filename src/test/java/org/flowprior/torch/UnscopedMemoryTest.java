package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Tensors outside every scope: bounded memory, one warning, and what the error for missing memory says. */
class UnscopedMemoryTest {

    private static final Pattern REPORT = Pattern.compile(
            "bytes (\\d+) tensors (\\d+) collections (\\d+) collected (\\d+)");

    /** 1,000 rows of 256 floats make 6 MB a step: 9 GB in all. */
    @Test
    void aLoopWithoutScopesKeepsItsMemoryBoundedAndWarnsOnce() throws Exception {
        ChildProcess.Result result = ChildProcess.run(Map.of(), List.of("--enable-native-access=ALL-UNNAMED"),
                UnscopedLoop.class, "1500", "1000");
        assertThat(result.code()).as(result.output()).isZero();
        Matcher report = REPORT.matcher(result.output());
        assertThat(report.find()).as(result.output()).isTrue();
        assertThat(Long.parseLong(report.group(1))).isBetween(1L << 20, 1200L << 20);
        assertThat(Long.parseLong(report.group(3))).isPositive();
        assertThat(Long.parseLong(report.group(4))).isGreaterThan(10_000);
        assertThat(result.output()).containsOnlyOnce("outside every Scope").contains("try (Scope scope = Scope.open())")
                .contains("-Dflowprior.debug=true");
    }

    @Test
    void withTheDebugSwitchTheWarningNamesThePlace() throws Exception {
        ChildProcess.Result result = ChildProcess.run(Map.of(),
                List.of("--enable-native-access=ALL-UNNAMED", "-Dflowprior.debug=true"), UnscopedLoop.class, "60",
                "1000");
        assertThat(result.output()).contains("most of them were made at").contains("UnscopedLoop");
    }

    @Test
    void countersTellScopesNobodyAndCollectionApart() {
        long scoped = Memory.scopedTensors();
        long outside = Memory.unscopedTensors();
        try (Scope scope = Scope.open()) {
            Torch.ones(2);
            Tensor kept = Torch.ones(2).keep();
            assertThat(Memory.scopedTensors()).isEqualTo(scoped + 1);
            assertThat(Memory.unscopedTensors()).isEqualTo(outside + 1);
            kept.close();
        }
        assertThat(Memory.scopedTensors()).isEqualTo(scoped);
        assertThat(Memory.unscopedTensors()).isEqualTo(outside);
        lose();
        long collected = Memory.collectedTensors();
        Memory.collect();
        assertThat(Memory.collectedTensors()).isEqualTo(collected + 1);
        assertThat(Memory.unscopedTensors()).isEqualTo(outside);
    }

    private static void lose() {
        Torch.ones(3);
    }

    @Test
    void tensorsOfAnEndedThreadAreFreedToo() throws Exception {
        long live = Memory.liveTensors();
        Thread thread = new Thread(() -> Torch.ones(1000));
        thread.start();
        thread.join();
        assertThat(Memory.liveTensors()).isEqualTo(live + 1);
        Memory.collect();
        Memory.collect(); // the first finds it; its reference may come a moment later
        assertThat(Memory.liveTensors()).isEqualTo(live);
    }

    @Test
    void missingMemoryIsNamedWithScopesAfterACollection() {
        long collections = Memory.collections();
        assertThatThrownBy(() -> Torch.empty(1L << 46)).isInstanceOf(OutOfMemoryException.class)
                .hasMessageContaining("outside every Scope").hasMessageContaining("a Scope around each step");
        assertThat(Memory.collections()).isEqualTo(collections + 1);
    }
}
