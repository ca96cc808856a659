package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@InScope
class NumpyTest {

    @TempDir
    Path folder;

    /** np.save and np.lib.format.write_array(f, array, version=(version, 0)) */
    @ParameterizedTest
    @ValueSource(strings = {"c.npy", "version2.npy", "version3.npy"})
    void everyVersionIsRead(String name) {
        Tensor array = Npy.read(Resources.path("torch/io/" + name));

        assertThat(Payload.raw(array)).isEqualTo(Payload.bytes("float32", 60, DType.FLOAT32));
        assertThat(array.shape()).containsExactly(3, 5);
    }

    /** np.save("fortran.npy", np.asfortranarray(a)) */
    @Test
    void fortranOrderBecomesStrides() {
        Tensor array = Npy.read(Resources.path("torch/io/fortran.npy"));

        assertThat(Payload.raw(array)).isEqualTo(Payload.bytes("int16", 30, DType.INT16));
        assertThat(array.strides()).containsExactly(1, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"stored.npz", "deflated.npz"})
    void archivesOfEitherKindAreReadByteForByte(String name) {
        Map<String, Tensor> expected = Payload.allTensors(Payload.NOT_IN_NUMPY);
        expected.remove(Payload.ODD_NAME);

        assertThat(Payload.describe(Npz.read(Resources.path("torch/io/" + name))))
                .isEqualTo(Payload.describe(expected));
    }

    @Test
    void arraysOfAllTypesAreReadAgain() {
        Payload.allTensors(Payload.NOT_IN_NUMPY).forEach((name, t) -> {
            Path file = folder.resolve("x.npy");
            Npy.write(file, t);
            Tensor read = Npy.read(file);
            assertThat(read.dtype()).isEqualTo(t.dtype());
            assertThat(read.shape()).isEqualTo(t.shape());
            assertThat(Payload.raw(read)).isEqualTo(Payload.raw(t));
        });
    }

    @Test
    void archivesAreReadAgain() {
        Map<String, Tensor> tensors = new LinkedHashMap<>(Payload.allTensors(Payload.NOT_IN_NUMPY));
        tensors.put("view", Torch.arange(12).view(3, 4).transpose(0, 1));
        Path file = folder.resolve("x.npz");
        Npz.write(file, tensors);

        assertThat(Payload.describe(Npz.read(file))).isEqualTo(Payload.describe(tensors));
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", value = {
        "big-endian.npy=>an .npy array of type >f4 is big-endian; in Python a.astype(a.dtype.newbyteorder('<')) turns it",
        "structured.npy=>an .npy array whose header is not a plain descr, fortran_order and shape; structured arrays are "
                + "not read",
        "object.npy=>an .npy array of type |O, which flowprior does not read",
    }, quoteCharacter = '"')
    void arraysThatAreNoTensorsAreRefused(String name, String reason) {
        Path file = Resources.path("torch/io/" + name);

        assertThatThrownBy(() -> Npy.read(file)).isExactlyInstanceOf(FormatException.class)
                .hasMessage(file + ": " + reason);
    }

    @Test
    void truncationAndSurplusAreRefused() throws IOException {
        byte[] array = Resources.bytes("torch/io/c.npy");
        Path cut = Files.write(folder.resolve("cut.npy"), Arrays.copyOf(array, array.length - 1));
        Path more = Files.write(folder.resolve("more.npy"), Arrays.copyOf(array, array.length + 1));

        assertThatThrownBy(() -> Npy.read(cut)).isExactlyInstanceOf(FormatException.class)
                .hasMessage(cut + ": the array has 59 bytes, its shape and dtype take 60");
        assertThatThrownBy(() -> Npy.read(more)).isExactlyInstanceOf(FormatException.class)
                .hasMessage(more + ": the array has 61 bytes, its shape and dtype take 60");
    }

    @Test
    void damagedCompressedDataIsRefused() throws IOException {
        byte[] archive = Resources.bytes("torch/io/deflated.npz");
        archive[80] ^= 1;
        Path file = Files.write(folder.resolve("x.npz"), archive);

        assertThatThrownBy(() -> Npz.read(file)).isExactlyInstanceOf(FormatException.class)
                .hasMessageContaining("'bool.npy'");
    }

    @Test
    void elementTypesThatNumpyLacksAreRefused() {
        Path file = folder.resolve("x.npz");

        assertThatThrownBy(() -> Npz.write(file, Map.of("x", Torch.zeros(new long[] {2}, DType.BFLOAT16))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(file + ": NumPy has no bfloat16; to(DType.FLOAT32) makes an array that fits");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void piecesMakeTheFileThatTheWholeArrayMakes() {
        Path whole = folder.resolve("whole.npz");
        Path pieced = folder.resolve("pieced.npz");
        byte[] numbers = {1, 2, 3, 4, 5, 6};
        Npz.write(whole, Map.of("arr_0", Tensor.of(numbers, 3, 2)));

        Npz.write(pieced, "arr_0", DType.UINT8, new long[] {3, 2}, List.of(ByteBuffer.wrap(numbers, 0, 2),
                ByteBuffer.wrap(numbers, 2, 4)));

        assertThat(pieced).hasSameBinaryContentAs(whole);
    }

    @Test
    void tooFewAndTooManyBytesAreRefusedAndTheOldFileStays() throws IOException {
        Path file = Files.writeString(folder.resolve("a.npz"), "old");
        for (int size : new int[] {5, 7}) {
            assertThatThrownBy(() -> Npz.write(file, "arr_0", DType.UINT8, new long[] {3, 2},
                    List.of(ByteBuffer.allocate(size)))).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(file + ": an array [3, 2] of uint8 takes 6 bytes, and was given " + size);
        }
        assertThat(file).hasContent("old");
        assertThat(folder).isDirectoryContaining(p -> p.equals(file)).isDirectoryNotContaining("glob:**.tmp");
    }
}
