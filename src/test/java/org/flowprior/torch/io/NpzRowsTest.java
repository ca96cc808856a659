package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** tools/oracle/evaluate.py made the compressed file with np.savez_compressed. */
class NpzRowsTest {

    private static final Path MADE = Path.of("src/test/resources/org/flowprior/cli/evaluate");
    private static final int ROW = 12 * 12 * 3;

    @TempDir
    private Path directory;

    /** Reads all rows by {@link Npz}, which has tests against NumPy. */
    private static byte[][] expected(Path file) {
        try (Scope scope = Scope.open()) {
            int[] all = Npz.read(file).get("arr_0").to(DType.INT32).toIntArray();
            return IntStream.range(0, all.length / ROW).mapToObj(row -> {
                byte[] bytes = new byte[ROW];
                IntStream.range(0, ROW).forEach(i -> bytes[i] = (byte) all[row * ROW + i]);
                return bytes;
            }).toArray(byte[][]::new);
        }
    }

    @Test
    void rowsOfStoredAndCompressedArraysComeInAnyOrder() {
        for (String name : new String[] {"images.npz", "copies.npz"}) {
            byte[][] expected = expected(MADE.resolve(name));
            try (NpzRows rows = NpzRows.open(MADE.resolve(name), "arr_0")) {
                assertThat(rows.dtype()).isEqualTo(DType.UINT8);
                assertThat(rows.shape()).containsExactly(30, 12, 12, 3);
                for (int index : new int[] {0, 2, 1, 29, 28, 3, 3, 17, 29}) {
                    assertThat(rows.row(index)).as(name + " " + index).isEqualTo(expected[index]);
                }
                assertThatThrownBy(() -> rows.row(30)).isInstanceOf(IndexOutOfBoundsException.class);
            }
        }
    }

    @Test
    void severalThreadsMayAskAtOnce() {
        byte[][] expected = expected(MADE.resolve("copies.npz"));
        try (NpzRows rows = NpzRows.open(MADE.resolve("copies.npz"), "arr_0")) {
            assertThat(IntStream.range(0, 300).parallel().map(i -> i % 30)
                    .allMatch(i -> Arrays.equals(rows.row(i), expected[i]))).isTrue();
        }
    }

    @Test
    void damageIsFoundWhereACompressedArrayEnds() throws IOException {
        byte[] bytes = Files.readAllBytes(MADE.resolve("copies.npz"));
        bytes[bytes.length / 2] ^= 0x10;
        Path damaged = Files.write(directory.resolve("damaged.npz"), bytes);
        try (NpzRows rows = NpzRows.open(damaged, "arr_0")) {
            assertThatThrownBy(() -> rows.row(29)).isInstanceOf(FormatException.class)
                    .hasMessageContaining("damaged.npz: 'arr_0.npy' in the zip file is damaged");
        }
    }

    @Test
    void damageOfAStoredArrayIsFoundWithItsLastRow() throws IOException {
        byte[] bytes = Files.readAllBytes(MADE.resolve("images.npz"));
        bytes[bytes.length / 2] ^= 0x10;
        Path damaged = Files.write(directory.resolve("damaged.npz"), bytes);
        try (NpzRows rows = NpzRows.open(damaged, "arr_0")) {
            // Image loaders read the first row separately, and rows a little out of order.
            IntStream.of(0, 0, 2, 1, 5, 3, 4).forEach(rows::row);
            IntStream.range(6, 29).forEach(rows::row);
            assertThatThrownBy(() -> rows.row(29)).isInstanceOf(FormatException.class)
                    .hasMessageContaining("damaged.npz: 'arr_0.npy' in the zip file is damaged");
        }
    }

    @Test
    void severalThreadsCheckAStoredArray() throws IOException {
        byte[] bytes = Files.readAllBytes(MADE.resolve("images.npz"));
        try (NpzRows rows = NpzRows.open(MADE.resolve("images.npz"), "arr_0")) {
            IntStream.range(0, 300).parallel().forEach(i -> rows.row(i % 30)[0]++);
        }
        bytes[bytes.length / 2] ^= 0x10;
        Path damaged = Files.write(directory.resolve("damaged.npz"), bytes);
        try (NpzRows rows = NpzRows.open(damaged, "arr_0")) {
            assertThatThrownBy(() -> IntStream.range(0, 30).parallel().forEach(rows::row))
                    .hasStackTraceContaining("'arr_0.npy' in the zip file is damaged");
        }
    }

    @Test
    void whatHasNoRowsIsRefused() {
        Path file = directory.resolve("scalar.npz");
        try (Scope scope = Scope.open()) {
            Npz.write(file, Map.of("x", Tensor.scalar(1.0)));
        }
        assertThatThrownBy(() -> NpzRows.open(file, "x")).isInstanceOf(FormatException.class)
                .hasMessageContaining("it is a number");
        assertThatThrownBy(() -> NpzRows.open(file, "y")).isInstanceOf(FormatException.class)
                .hasMessageContaining("holds no array 'y' but x.npy");
    }
}
