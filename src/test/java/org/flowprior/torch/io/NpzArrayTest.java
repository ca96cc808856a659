package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzArrayTest {

    @TempDir
    private Path directory;

    @Test
    void piecesMakeTheFileThatTheWholeArrayMakes() throws IOException {
        Path whole = directory.resolve("whole.npz");
        Path pieced = directory.resolve("pieced.npz");
        byte[] numbers = {1, 2, 3, 4, 5, 6};
        try (Scope scope = Scope.open()) {
            Npz.write(whole, Map.of("arr_0", Tensor.of(numbers, 3, 2)));
        }

        NpzArray.write(pieced, "arr_0", DType.UINT8, new long[] {3, 2}, List.of(ByteBuffer.wrap(numbers, 0, 2),
                ByteBuffer.wrap(numbers, 2, 4)));

        assertThat(pieced).hasSameBinaryContentAs(whole);
    }

    @Test
    void tooFewAndTooManyBytesAreRefusedAndTheOldFileStays() throws IOException {
        Path file = Files.writeString(directory.resolve("a.npz"), "old");
        for (int size : new int[] {5, 7}) {
            assertThatThrownBy(() -> NpzArray.write(file, "arr_0", DType.UINT8, new long[] {3, 2},
                    List.of(ByteBuffer.allocate(size)))).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(file + ": an array [3, 2] of uint8 takes 6 bytes, and was given " + size);
        }
        assertThat(file).hasContent("old");
        assertThat(directory).isDirectoryContaining(p -> p.equals(file)).isDirectoryNotContaining("glob:**.tmp");
    }
}
