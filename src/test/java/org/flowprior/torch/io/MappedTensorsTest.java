package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.flowprior.torch.ClosedException;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InScope
class MappedTensorsTest {

    @TempDir
    private Path directory;
    private Path file;

    @BeforeEach
    void write() {
        file = directory.resolve("a.safetensors");
        Safetensors.write(file, Map.of("x", Torch.arange(12, DType.FLOAT32).view(4, 3), "n",
                Tensor.of(new long[] {5, 6})), Map.of("key", "value"));
    }

    @Test
    void rowsAreCopies() {
        assertThat(file.toFile().setReadOnly()).isTrue();
        long before = Memory.liveTensors();
        try (MappedTensors tensors = MappedTensors.open(file); Scope inner = Scope.open()) {
            assertThat(tensors.header().metadata()).containsExactly(Map.entry("key", "value"));
            tensors.rows("x", 3, 0, 3).zero_();
            tensors.block("x", 1, 2).zero_();
            assertThat(tensors.rows("x", 3, 0, 3).toFloatArray()).containsExactly(9, 10, 11, 0, 1, 2, 9, 10, 11);
            assertThat(tensors.block("x", 1, 2).toFloatArray()).containsExactly(3, 4, 5, 6, 7, 8);
            assertThat(tensors.block("x", 0, 4).shape()).containsExactly(4, 3);
            Tensor wide = Torch.zeros(new long[] {2, 3}, DType.FLOAT64);
            tensors.copyRows("x", 2, wide);
            assertThat(wide.toDoubleArray()).containsExactly(6, 7, 8, 9, 10, 11);
            assertThat(tensors.rows("n", 1).toLongArray()).containsExactly(6);
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    @Test
    void whatIsNotThereIsNamed() {
        MappedTensors tensors = MappedTensors.open(file);
        assertThatThrownBy(() -> tensors.rows("y", 0)).isInstanceOf(FormatException.class)
                .hasMessageContaining("no tensor 'y'").hasMessageContaining("x");
        assertThatThrownBy(() -> tensors.rows("x", 4)).isInstanceOf(RuntimeException.class);
        tensors.close();
        assertThatThrownBy(() -> tensors.rows("x", 0)).isInstanceOf(ClosedException.class);
    }
}
