package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@InScope
class SafetensorsTest {

    private static final Path ALL = Resources.path("torch/io/all.safetensors");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatPythonWroteIsReadByteForByte(boolean mapped) {
        Map<String, Tensor> read = mapped ? Safetensors.read(ALL) : Safetensors.load(ALL);

        assertThat(Payload.describe(read)).containsExactlyInAnyOrderElementsOf(
                Payload.describe(Payload.allTensors(Payload.NOT_IN_SAFETENSORS)));
    }

    /** safetensors.torch.save_file(all_tensors(NO_SAFETENSORS), "all.safetensors", metadata={"format": "pt"}) */
    @Test
    void whatIsWrittenIsWhatPythonWrites() throws IOException {
        Path file = folder.resolve("x.safetensors");
        Safetensors.write(file, Payload.allTensors(Payload.NOT_IN_SAFETENSORS), Map.of("format", "pt"));

        assertThat(file).hasSameBinaryContentAs(ALL);
    }

    @Test
    void theHeaderTellsNamesTypesShapesAndMetadataWithoutTheData() {
        SafetensorsHeader header = Safetensors.header(ALL);

        assertThat(header.metadata()).isEqualTo(Map.of("format", "pt"));
        assertThat(header.tensors()).hasSize(19).anySatisfy(e -> {
            assertThat(e.name()).isEqualTo("float16");
            assertThat(e.dtype()).isEqualTo(DType.FLOAT16);
            assertThat(e.shape()).containsExactly(3, 5);
            assertThat(e.bytes()).isEqualTo(30);
        });
    }

    @Test
    void unalignedTensorsOfOldWritersAreRead() {
        Map<String, Tensor> read = Safetensors.read(Resources.path("torch/io/odd-header.safetensors"));

        assertThat(Payload.raw(read.get("a"))).isEqualTo(Payload.bytes("a", 4, DType.UINT8));
        assertThat(Payload.raw(read.get("b"))).isEqualTo(Payload.bytes("b", 16, DType.FLOAT64));
    }

    @Test
    void aMappedTensorMayBeChangedInPlaceAndTheFileStays() throws IOException {
        Path file = folder.resolve("x.safetensors");
        Safetensors.write(file, Map.of("x", Torch.ones(4)));
        byte[] before = Files.readAllBytes(file);

        Tensor x = Safetensors.read(file).get("x");
        x.add_(1);

        assertThat(x.toFloatArray()).containsOnly(2f);
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        assertThat(Safetensors.read(file).get("x").toFloatArray()).containsOnly(1f);
    }

    @Test
    void aMappedTensorOutlivesItsFileAndAReplacementOfIt() throws IOException {
        Path file = folder.resolve("x.safetensors");
        Safetensors.write(file, Map.of("x", Torch.ones(100_000)));
        Tensor x = Safetensors.read(file).get("x");
        Safetensors.write(file, Map.of("x", Torch.zeros(1)));
        Files.delete(file);

        assertThat(x.sum().item()).isEqualTo(100_000);
    }

    @Test
    void viewsOfAnyStridesAreWrittenInRowMajorOrder() {
        Tensor base = Torch.arange(24).view(2, 3, 4);
        Map<String, Tensor> views = new LinkedHashMap<>();
        views.put("transposed", base.permute(2, 0, 1));
        views.put("expanded", Torch.ones(1, 3).expand(4, 3));
        views.put("step", base.select(2, 1).narrow(1, 1, 2));
        views.put("gradient", Torch.ones(3).requiresGrad_(true).mul(2));
        Path file = folder.resolve("x.safetensors");
        Safetensors.write(file, views);
        Map<String, Tensor> read = Safetensors.read(file);

        views.forEach((name, t) -> {
            assertThat(read.get(name).shape()).as(name).isEqualTo(t.shape());
            assertThat(read.get(name).toDoubleArray()).as(name).isEqualTo(t.toDoubleArray());
        });
    }

    @Test
    void viewsLargerThanAChunkAreWrittenPieceByPiece() {
        Tensor large = Torch.arange(6_000_000).view(2, 1500, 2000).transpose(1, 2);
        Tensor flatRow = Torch.arange(5_000_000).view(1, 2500, 2000).transpose(1, 2);
        Path file = folder.resolve("x.safetensors");
        Safetensors.write(file, Map.of("large", large, "row", flatRow));
        Map<String, Tensor> read = Safetensors.read(file);

        assertThat(read.get("large").equal(large)).isTrue();
        assertThat(read.get("row").equal(flatRow)).isTrue();
    }

    @Test
    void viewsThatAwaitConjugationOrASignAreWrittenWithIt() {
        Tensor lazy = Torch.complex(Tensor.of(new float[] {1}, 1, 1), Tensor.of(new float[] {2}, 1, 1)).adjoint();
        Path file = folder.resolve("x.safetensors");
        Safetensors.write(file, Map.of("conj", lazy, "imag", Torch.imag(lazy)));
        Map<String, Tensor> read = Safetensors.read(file);

        assertThat(Torch.viewAsReal(read.get("conj")).toFloatArray()).containsExactly(1, -2);
        assertThat(read.get("imag").toFloatArray()).containsExactly(-2);
    }

    @Test
    void elementTypesThatTheFormatLacksAreRefusedBeforeAnythingIsWritten() {
        Path file = folder.resolve("x.safetensors");
        assertThatThrownBy(() -> Safetensors.write(file, Map.of("z", Torch.zeros(new long[] {2}, DType.COMPLEX128))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(file
                        + ": tensor 'z' is complex128, which safetensors lacks; viewAsReal or to(dtype) make it "
                        + "one that fits");
        assertThatThrownBy(() -> Safetensors.write(file, Map.of("__metadata__", Torch.zeros(1))))
                .hasMessage(file + ": a tensor cannot have the name __metadata__");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void noTensorsMakeAFileToo() {
        Path file = folder.resolve("x.safetensors");
        Safetensors.write(file, Map.of());

        assertThat(Safetensors.read(file)).isEmpty();
        assertThat(file).hasSize(16);
    }
}
