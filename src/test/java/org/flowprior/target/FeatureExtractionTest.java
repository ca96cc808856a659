package org.flowprior.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowprior.data.latents.CacheOptions;
import org.flowprior.data.latents.CacheWriter;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Npy;
import org.flowprior.torch.io.Npz;
import org.flowprior.torch.io.PtFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Banks from Java, without the command line. */
@InScope
class FeatureExtractionTest {

    @TempDir
    private Path directory;
    private Path place;
    private Generator generator;

    @BeforeEach
    void open() {
        place = directory.resolve("bank");
        generator = Generator.seeded(3);
    }

    @AfterEach
    void close() {
        generator.close();
    }

    private Tensor random(long... shape) {
        return Torch.randn(shape, generator);
    }

    private static void assertRows(FeatureBank bank, Tensor expected) {
        assertThat(bank.rows()).isEqualTo(expected.size(0));
        assertThat(bank.block(0, bank.rows()).toFloatArray()).isEqualTo(expected.contiguous().toFloatArray());
    }

    @Test
    void aTensorBecomesABank() {
        Tensor rows = random(9000, 3);
        try (FeatureBank bank = FeatureExtraction.of(FeatureSource.of(rows, "drawn")).into(place)) {
            assertRows(bank, rows);
            assertThat(bank.source()).isEqualTo("drawn");
            assertThat(bank.dtype()).isEqualTo(DType.FLOAT32);
        }
        assertThatThrownBy(() -> FeatureSource.of(random(3), "flat")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[N, D]");
    }

    @Test
    void aCodebookBecomesABankOfItsFirstRows() throws IOException {
        Tensor codebook = random(16, 8);
        Path file = directory.resolve("vq.pt");
        PtFile.write(file, Map.of("model", Map.of("codebook", codebook, "bias", random(3))));
        FeatureSource source = TableSource.open(file, null);
        FeatureBankWriter.Options options = FeatureBankWriter.Options.of(source.description())
                .withDtype(DType.BFLOAT16).withScaling(2.0);
        try (FeatureBank bank = FeatureExtraction.of(source).withOptions(options).withMaxRows(10).into(place)) {
            assertRows(bank, codebook.narrow(0, 0, 10).to(DType.BFLOAT16).to(DType.FLOAT32));
            assertThat(bank.scaling()).isEqualTo(2);
            assertThat(bank.source()).isEqualTo("vq.pt: model.codebook");
        }
    }

    @Test
    void arraysBecomeRowsInSortedOrder() throws IOException {
        Tensor grid = random(2, 3, 2, 2);
        Tensor tokens = random(2, 4, 3);
        Npy.write(directory.resolve("a.npy"), grid);
        Npz.write(directory.resolve("b.npz"), Map.of("x", tokens));
        try (FeatureSource source = ArraySource.find(List.of(directory), null, FeatureLayout.AUTO, false);
                FeatureBank bank = FeatureExtraction.of(source).into(place)) {
            assertRows(bank, Torch.cat(List.of(grid.flatten(2, -1).transpose(1, 2).flatten(0, 1),
                    tokens.flatten(0, 1)), 0));
        }
        assertThatThrownBy(() -> ArraySource.find(List.of(directory.resolve("gone")), null, FeatureLayout.AUTO, false))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void cachedLatentsBecomeAGaussianBank() {
        Tensor latents = random(5, 4, 6);
        Tensor flipped = random(5, 4, 6);
        Path cache = directory.resolve("cache");
        try (CacheWriter writer = new CacheWriter(cache, new CacheOptions(2, DType.FLOAT32, true, true, null,
                List.of(""), Map.of()))) {
            writer.add(latents, flipped, Torch.zeros(new long[] {5}, DType.INT64),
                    List.of("a", "b", "c", "d", "e"), 5);
            writer.finish().close();
        }
        List<Long> done = new ArrayList<>();
        try (FeatureSource source = LatentSource.open(cache, true);
                FeatureBank bank = FeatureExtraction.of(source).into(place, done::add).orElseThrow()) {
            assertThat(source.total()).isEqualTo(10);
            assertThat(bank.gaussian()).isTrue();
            assertRows(bank, Torch.cat(List.of(latents, flipped), 0).flatten(0, 1).narrow(1, 0, 3));
        }
        assertThat(done).containsExactly(5L, 10L);
    }

    @Test
    void aStoppedExtractionLeavesNothing() throws IOException {
        FeatureSource source = FeatureSource.of(random(20_000, 2), "drawn");
        long before = Memory.liveTensors();
        assertThat(FeatureExtraction.of(source).into(place, done -> done < 16_384)).isEmpty();
        assertThat(Memory.liveTensors()).isEqualTo(before);
        try (var files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void rowsThatMakeNoBankLeaveNothing() throws IOException {
        Tensor rows = random(4, 2);
        rows.select(0, 2).fill_(Double.NaN);
        assertThatThrownBy(() -> FeatureExtraction.of(FeatureSource.of(rows, "drawn")).into(place))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("row 2, dimension 0 is NaN");
        assertThatThrownBy(() -> FeatureExtraction.of(FeatureSource.of(rows, "drawn")).withMaxRows(0))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("at least one row");
        try (var files = Files.list(directory); Scope scope = Scope.open()) {
            assertThat(files).isEmpty();
            assertThat(scope.size()).isZero();
        }
    }
}
