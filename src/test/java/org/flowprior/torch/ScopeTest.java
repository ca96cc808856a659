package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ScopeTest {

    @Test
    void closingFreesWhatWasMadeInside() {
        long before = Memory.liveTensors();
        long bytes = Memory.cpuBytes();
        try (Scope scope = Scope.open()) {
            Tensor x = Torch.ones(1000);
            x.add(1).mul(x);
            assertThat(scope.size()).isEqualTo(3);
            assertThat(Memory.liveTensors()).isEqualTo(before + 3);
            assertThat(Memory.cpuBytes()).isGreaterThanOrEqualTo(bytes + 3 * 4000);
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
        assertThat(Memory.cpuBytes()).isEqualTo(bytes);
    }

    @Test
    void keptTensorsOutliveTheScopeAndAreTheCallersToClose() {
        long before = Memory.liveTensors();
        Tensor kept;
        try (Scope scope = Scope.open()) {
            kept = Torch.ones(2).keep();
            assertThat(scope.size()).isZero();
        }
        try (Scope scope = Scope.open()) {
            assertThat(kept.sum().item()).isEqualTo(2);
        }
        assertThat(Memory.liveTensors()).isEqualTo(before + 1);
        kept.close();
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    @Test
    void movingOutwardGivesTheTensorToTheOuterScope() {
        try (Scope outer = Scope.open()) {
            Tensor moved;
            try (Scope inner = Scope.open()) {
                moved = Torch.ones(2).moveOutward();
                assertThat(inner.size()).isZero();
            }
            assertThat(outer.size()).isOne();
            assertThat(moved.sum().item()).isEqualTo(2);
        }
    }

    @Test
    void returningMovesTheResultOutwardAndFreesTheRest() {
        try (Scope outer = Scope.open()) {
            Tensor y = Scope.returning(() -> Torch.ones(3).add(1).sum());
            assertThat(outer.size()).isOne();
            assertThat(y.item()).isEqualTo(6);
        }
    }

    @Test
    void attachPutsAKeptTensorIntoTheInnermostScope() {
        Tensor kept;
        try (Scope scope = Scope.open()) {
            kept = Torch.ones(2).keep();
            kept.attach();
            assertThat(scope.size()).isOne();
        }
        assertThat(kept.isOpen()).isFalse();
    }

    @Test
    void slotsOfClosedTensorsAreUsedAgain() {
        try (Scope scope = Scope.open()) {
            Tensor first = Torch.ones(1);
            Tensor second = Torch.ones(1);
            Tensor third = Torch.ones(1);
            second.close();
            first.close();
            Tensor fourth = Torch.full(new long[] {1}, 4);
            Tensor fifth = Torch.full(new long[] {1}, 5);
            assertThat(scope.size()).isEqualTo(3);
            assertThat(third.add(fourth).add(fifth).item()).isEqualTo(10);
        }
    }

    @Test
    void useAfterTheScopesEndThrows() {
        Tensor x;
        try (Scope scope = Scope.open()) {
            x = Torch.ones(1);
        }
        assertThatThrownBy(() -> x.add(1)).isInstanceOf(ClosedException.class).hasMessageContaining("keep()");
        assertThatThrownBy(x::close).isInstanceOf(ClosedException.class);
        assertThat(x.isOpen()).isFalse();
        assertThat(x).hasToString("closed tensor");
    }

    @Test
    void useAfterCloseAndDoubleCloseThrow() {
        try (Scope scope = Scope.open()) {
            Tensor x = Torch.ones(1);
            x.close();
            assertThatThrownBy(() -> x.add(1)).isInstanceOf(ClosedException.class);
            assertThatThrownBy(x::close).isInstanceOf(ClosedException.class);
        }
    }

    @Test
    void aScopeClosesOnceAndInStackOrder() {
        Scope outer = Scope.open();
        Scope inner = Scope.open();
        assertThatThrownBy(outer::close).isInstanceOf(IllegalStateException.class).hasMessageContaining("order");
        inner.close();
        outer.close();
        assertThatThrownBy(outer::close).isInstanceOf(ClosedException.class);
    }

    @Test
    void anotherThreadMayNeitherUseTheTensorNorCloseTheScope() throws Exception {
        try (Scope scope = Scope.open()) {
            Tensor x = Torch.ones(1);
            assertThat(onAnotherThread(() -> x.add(1))).isInstanceOf(ThreadException.class)
                    .hasMessageContaining("handOver()");
            assertThat(onAnotherThread(scope::close)).isInstanceOf(ThreadException.class);
            assertThat(x.item()).isEqualTo(1);
        }
    }

    @Test
    void aVirtualThreadIsRefused() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread.ofVirtual().start(() -> {
            try {
                Torch.ones(1);
            } catch (RuntimeException e) {
                thrown.set(e);
            }
        }).join();
        assertThat(thrown.get()).isInstanceOf(ThreadException.class).hasMessageContaining("platform thread");
    }

    @Test
    void aHandoverGivesTheTensorToAnotherThreadOnce() throws Exception {
        try (Scope scope = Scope.open()) {
            Tensor x = Torch.full(new long[] {2}, 3);
            Handover handover = x.handOver();
            assertThat(scope.size()).isZero();
            assertThatThrownBy(() -> x.add(1)).isInstanceOf(ClosedException.class);
            double sum = CompletableFuture.supplyAsync(() -> {
                try (Scope theirs = Scope.open()) {
                    return handover.accept().sum().item();
                }
            }).get();
            assertThat(sum).isEqualTo(6);
            assertThatThrownBy(handover::accept).isInstanceOf(ClosedException.class);
        }
    }

    @Test
    void aLostTensorIsReportedAndFreedByItsThread() throws Exception {
        long collected = Memory.collectedTensors();
        lose();
        for (int i = 0; i < 100 && Memory.collectedTensors() == collected; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(Memory.collectedTensors()).isGreaterThan(collected);
        long bytes = Memory.cpuBytes();
        drain();
        assertThat(Memory.cpuBytes()).isLessThanOrEqualTo(bytes);
    }

    private static void lose() {
        Torch.ones(1 << 16);
    }

    private static void drain() {
        try (Scope scope = Scope.open()) {
            Torch.ones(1);
        }
    }

    @Test
    void aMillionSmallOpsLeaveNothing() {
        long live = Memory.liveTensors();
        long bytes = Memory.cpuBytes();
        long resident = 0;
        try (Scope outer = Scope.open()) {
            Tensor x = Torch.ones(4);
            for (int i = 0; i < 100_000; i++) {
                try (Scope scope = Scope.open()) {
                    x.add(x).mul(x).sub(x).neg().exp().sum().add(1).square().sqrt().abs();
                }
                if (i == 50_000) {
                    resident = residentBytes();
                }
            }
        }
        assertThat(Memory.liveTensors()).isEqualTo(live);
        assertThat(Memory.cpuBytes()).isEqualTo(bytes);
        // The Java heap may still grow within its limit; native growth of one leaked tensor an op would be over 50 MB.
        assertThat(residentBytes() - resident).isLessThan(48L << 20);
    }

    private static long residentBytes() {
        System.gc();
        try {
            String statm = java.nio.file.Files.readString(java.nio.file.Path.of("/proc/self/statm"));
            return Long.parseLong(statm.split(" ")[1]) * 4096;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Throwable onAnotherThread(Runnable body) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        thread.start();
        thread.join();
        return thrown.get();
    }
}
