package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@InScope
class PtWriterTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(longs = {0xffffffffL, 100})
    void whatIsWrittenIsReadAgainWithAndWithoutZip64(long zip64) throws IOException {
        Path file = folder.resolve("x.pt");
        PtWriter.write(file, Payload.tree(), zip64);

        PtFileTest.assertIsTree(PtFile.read(file));
        try (ZipFile zip = new ZipFile(file.toFile())) {
            assertThat(zip.stream().allMatch(e -> e.getMethod() == ZipEntry.STORED)).isTrue();
            assertThat(new String(zip.getInputStream(zip.getEntry("archive/byteorder")).readAllBytes()))
                    .isEqualTo("little");
        }
    }

    @Test
    void sharedStoragesAreWrittenOnceAndLoneViewsWithoutTheRest() throws IOException {
        Tensor base = Torch.arange(1000);
        Map<String, Tensor> views = new LinkedHashMap<>();
        views.put("half", base.narrow(0, 500, 500));
        views.put("base", base);
        views.put("step", base.view(100, 10).select(1, 3));
        views.put("lone", Torch.arange(100_000).narrow(0, 7, 2));
        Path file = folder.resolve("x.pt");
        PtFile.write(file, views);
        Map<String, Tensor> read = PtFile.readStateDict(file);

        assertThat(Files.size(file)).isBetween(8000L, 10_000L);
        assertThat(Payload.describe(read)).isEqualTo(Payload.describe(views));
        assertThat(read.get("step").strides()).containsExactly(10);
        read.get("base").zero_();
        assertThat(read.get("half").sum().item()).isZero();
        assertThat(read.get("lone").storageBytes()).isEqualTo(16);
    }

    @Test
    void oneTensorInTwoPlacesIsReadWithOneStorage() {
        Tensor x = Torch.ones(3).requiresGrad_(true);
        Path file = folder.resolve("x.pt");
        PtFile.write(file, List.of(x, Map.of("again", x)));
        List<?> read = (List<?>) PtFile.read(file);

        Tensor first = (Tensor) read.get(0);
        assertThat(first.requiresGrad()).isTrue();
        assertThat(((Tensor) ((Map<?, ?>) read.get(1)).get("again")).storageAddress())
                .isEqualTo(first.storageAddress());
    }

    @Test
    void whatAPtFileCannotHoldIsRefusedByName() {
        Path file = folder.resolve("x.pt");
        List<Object> cycle = new ArrayList<>();
        cycle.add(Map.of("self", cycle));

        assertThatThrownBy(() -> PtFile.write(file, Map.of("a", List.of(1, new StringBuilder()))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(file + ": 'a.1' is of java.lang.StringBuilder, which a .pt file cannot hold");
        assertThatThrownBy(() -> PtFile.write(file, Map.of("a", Map.of(1.5, 2))))
                .hasMessage(file + ": 'a' has the key 1.5; keys of a .pt file are String or Long");
        assertThatThrownBy(() -> PtFile.write(file, cycle)).hasMessage(file + ": '0.self' lies inside itself");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void namesAndNumbersOfEveryKindSurvive() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("int", 5);
        object.put("large", Long.MIN_VALUE);
        object.put("float", 0.5f);
        object.put("infinite", Double.NEGATIVE_INFINITY);
        object.put("text", "zero \0 and \uD83D\uDE00");
        object.put("dtypes", List.of(Torch.zeros(new long[] {0}, DType.UINT16)));
        Path file = folder.resolve("x.pt");
        PtFile.write(file, object);
        Map<?, ?> read = (Map<?, ?>) PtFile.read(file);

        assertThat(read.get("int")).isEqualTo(5L);
        assertThat(read.get("large")).isEqualTo(Long.MIN_VALUE);
        assertThat(read.get("float")).isEqualTo(0.5);
        assertThat(read.get("infinite")).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(read.get("text")).isEqualTo("zero \0 and \uD83D\uDE00");
        assertThat(((Tensor) ((List<?>) read.get("dtypes")).get(0)).dtype()).isEqualTo(DType.UINT16);
    }
}
