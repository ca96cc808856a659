package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

@InScope
class ModesTest {

    @Test
    void autocastChoosesTheShortTypeForMatrixProductsAndFloat32ForLosses() {
        Tensor x = Torch.ones(4, 4);
        try (Autocast cast = Autocast.on(Device.Type.CPU, DType.BFLOAT16)) {
            assertThat(x.matmul(x).dtype()).isEqualTo(DType.BFLOAT16);
            assertThat(Functional.mseLoss(x.matmul(x), x).dtype()).isEqualTo(DType.FLOAT32);
            try (Autocast off = Autocast.off(Device.Type.CPU)) {
                assertThat(Autocast.isEnabled(Device.Type.CPU)).isFalse();
                assertThat(x.matmul(x).dtype()).isEqualTo(DType.FLOAT32);
            }
            assertThat(x.matmul(x).dtype()).isEqualTo(DType.BFLOAT16);
        }
        assertThat(Autocast.isEnabled(Device.Type.CPU)).isFalse();
        assertThat(x.matmul(x).dtype()).isEqualTo(DType.FLOAT32);
    }

    @Test
    void aModeEndsOnItsOwnThread() {
        try (Autocast cast = Autocast.on(Device.Type.CPU, DType.BFLOAT16); NoGrad noGrad = new NoGrad()) {
            assertThatThrownBy(() -> CompletableFuture.runAsync(cast::close).join())
                    .hasCauseInstanceOf(ThreadException.class);
            assertThatThrownBy(() -> CompletableFuture.runAsync(noGrad::close).join())
                    .hasCauseInstanceOf(ThreadException.class);
        }
    }

    @Test
    void modesDoNotReachOtherThreads() {
        try (NoGrad noGrad = new NoGrad()) {
            assertThat(CompletableFuture.supplyAsync(() -> {
                try (Scope theirs = Scope.open()) {
                    return Torch.ones(1).requiresGrad_(true).mul(2).requiresGrad();
                }
            }).join()).isTrue();
        }
    }

    // torch.manual_seed(42); torch.rand(3); torch.manual_seed(42); torch.randn(4)
    @Test
    void seedsGivePyTorchsNumbers() {
        try (Generator generator = Generator.seeded(42)) {
            assertThat(Torch.rand(new long[] {3}, generator).toFloatArray())
                    .containsExactly(0.88226926f, 0.91500396f, 0.38286376f);
            generator.manualSeed(42);
            assertThat(Torch.randn(new long[] {4}, generator).toFloatArray())
                    .containsExactly(0.33669037f, 0.12880941f, 0.23446237f, 0.23033303f);
            assertThat(generator.initialSeed()).isEqualTo(42);
        }
        Libtorch.manualSeed(42);
        assertThat(Torch.rand(3).toFloatArray()).containsExactly(0.88226926f, 0.91500396f, 0.38286376f);
    }

    @Test
    void aGeneratorContinuesFromItsState() {
        Generator generator = Generator.seeded(7);
        Torch.randn(new long[] {5}, generator);
        Tensor state = generator.state();
        float[] next = Torch.randn(new long[] {5}, generator).toFloatArray();
        generator.setState(state);
        assertThat(Torch.randn(new long[] {5}, generator).toFloatArray()).containsExactly(next);
        assertThatThrownBy(() -> generator.setState(Torch.ones(3))).isInstanceOf(TorchException.class);
        generator.close();
        assertThatThrownBy(generator::close).isInstanceOf(ClosedException.class);
        assertThatThrownBy(() -> Torch.randn(new long[] {5}, generator)).isInstanceOf(ClosedException.class);
    }

    @Test
    void cudaSaysWhyItIsAbsent() {
        Cuda.Status status = Cuda.status();
        assertThat(status.devices() > 0).isEqualTo(status.reason().isEmpty());
        if (!status.compiled()) {
            assertThatThrownBy(() -> Cuda.memory(Device.cuda(0))).isInstanceOf(TorchException.class)
                    .hasMessageContaining("no CUDA");
        }
    }

    @Test
    void threadsAreSetForOps() {
        int before = Libtorch.threads();
        try {
            Libtorch.setThreads(1);
            assertThat(Libtorch.threads()).isOne();
            assertThatThrownBy(() -> Libtorch.setThreads(0)).isInstanceOf(IllegalArgumentException.class);
        } finally {
            Libtorch.setThreads(before);
        }
    }

    @Test
    void deterministicAlgorithmsCanBeDemanded() {
        Libtorch.useDeterministicAlgorithms(true, false);
        Libtorch.useDeterministicAlgorithms(false, false);
        assertThatThrownBy(() -> Libtorch.setFloat32MatmulPrecision("sharp"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("sharp");
    }
}
