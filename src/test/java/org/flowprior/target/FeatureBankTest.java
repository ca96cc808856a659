package org.flowprior.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@InScope
class FeatureBankTest {

    private static final FeatureBankWriter.Options SMALL =
            FeatureBankWriter.Options.of("made in a test").withRowsPerShard(7);

    @TempDir
    Path folder;
    private Generator generator;

    @BeforeEach
    void openGenerator() {
        generator = Generator.seeded(3);
    }

    @AfterEach
    void closeGenerator() {
        generator.close();
    }

    private FeatureBank bank(Tensor rows, FeatureBankWriter.Options options) {
        try (FeatureBankWriter writer = new FeatureBankWriter(folder.resolve("bank"), options)) {
            writer.add(rows);
            return writer.finish();
        }
    }

    private Tensor normal(long... shape) {
        return Torch.randn(shape, generator);
    }

    private static void assertSame(Tensor actual, Tensor expected) {
        assertThat(actual.dtype()).isEqualTo(DType.FLOAT32);
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toFloatArray()).isEqualTo(expected.toFloatArray());
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"FLOAT32", "BFLOAT16", "FLOAT16"})
    void rowsComeBackFromAnyShard(DType dtype) {
        Tensor rows = normal(30, 5);
        Tensor stored = rows.to(dtype).to(DType.FLOAT32);
        try (FeatureBank bank = bank(rows, SMALL.withDtype(dtype))) {
            assertThat(bank.rows()).isEqualTo(30);
            assertThat(bank.dimension()).isEqualTo(5);
            assertThat(bank.dtype()).isEqualTo(dtype);
            assertThat(bank.gaussian()).isFalse();
            assertThat(bank.source()).isEqualTo("made in a test");
            assertSame(bank.block(0, 30), stored);
            assertSame(bank.block(5, 17), stored.narrow(0, 5, 17));
            assertSame(bank.block(30, 0), stored.narrow(0, 30, 0));
            long[] positions = {29, 0, 6, 7, 7, 13, 14, 28, 0};
            assertSame(bank.rows(positions), stored.indexSelect(0, Tensor.of(positions)));
            assertSame(bank.rows(new long[] {8, 7}), stored.indexSelect(0, Tensor.of(new long[] {8, 7})));
            assertSame(bank.rows(new long[0]), stored.narrow(0, 0, 0));
        }
    }

    @Test
    void theFilesAreNumberedShards() throws IOException {
        bank(normal(15, 2), SMALL).close();
        try (Stream<Path> files = Files.list(folder.resolve("bank"))) {
            assertThat(files.map(f -> f.getFileName().toString())).containsExactlyInAnyOrder("bank.json",
                    "features-00001-of-00003.safetensors", "features-00002-of-00003.safetensors",
                    "features-00003-of-00003.safetensors");
        }
        assertThat(folder).isDirectoryContaining(f -> f.getFileName().toString().equals("bank"))
                .isDirectoryNotContaining(f -> !f.getFileName().toString().equals("bank"));
    }

    @Test
    void aReadRowIsACopy() {
        Tensor rows = normal(9, 2);
        try (FeatureBank bank = bank(rows, SMALL)) {
            bank.block(0, 3).zero_();
            bank.rows(new long[] {1}).zero_();
            assertSame(bank.block(0, 9), rows);
        }
    }

    @Test
    void statisticsAreTorchsWhateverThePieces() {
        Tensor rows = normal(200, 6).mul(Tensor.of(new float[] {1e-2f, 1, 1, 3, 1, 50}))
                .add(Tensor.of(new float[] {1e4f, 0, -2, 0, 7, 0}));
        try (FeatureBankWriter writer = new FeatureBankWriter(folder.resolve("bank"), SMALL)) {
            for (int from = 0; from < 200; from += 8) {
                writer.add(rows.narrow(0, from, 8));
            }
            try (FeatureBank bank = writer.finish()) {
                Tensor exact = rows.to(DType.FLOAT64);
                BankStatistics statistics = bank.statistics();
                double[] std = exact.std(0).toDoubleArray();
                double[] mean = exact.mean(0).toDoubleArray();
                for (int d = 0; d < 6; d++) {
                    assertThat(statistics.mean()[d]).isCloseTo(mean[d], within(1e-12 * 1e4));
                    assertThat(statistics.std()[d]).isCloseTo(std[d], within(1e-10 * std[d]));
                }
                assertThat(statistics.pooledMean()).isCloseTo(exact.mean().item(), within(1e-9));
                assertThat(statistics.pooledStd()).isCloseTo(exact.std().item(), within(1e-9));
                assertThat(bank.scaling()).isEqualTo(1 / statistics.pooledStd());
                assertThat(statistics.constantDimensions()).isEmpty();
            }
        }
    }

    @Test
    void constantDimensionsAreNamed() {
        Tensor rows = normal(20, 4);
        rows.select(1, 2).fill_(.1f);
        try (FeatureBank bank = bank(rows, SMALL.withScaling(2.5))) {
            assertThat(bank.statistics().constantDimensions()).containsExactly(2);
            assertThat(bank.statistics().std()[2]).isZero();
            assertThat(bank.scaling()).isEqualTo(2.5);
        }
    }

    @Test
    void samplesAreUniformAndFollowTheGenerator() {
        Tensor rows = Torch.arange(10, DType.FLOAT32).unsqueeze(1).expand(10, 2);
        try (FeatureBank bank = bank(rows, SMALL)) {
            Tensor drawn = bank.sample(20_000, generator.manualSeed(9));
            Tensor positions = Torch.randint(10, new long[] {20_000}, generator.manualSeed(9));
            assertSame(drawn, rows.indexSelect(0, positions));
            double[] counts = drawn.select(1, 0).to(DType.INT64).bincount().toDoubleArray();
            assertThat(counts).hasSize(10);
            for (double count : counts) {
                assertThat(count).isCloseTo(2000, within(5 * Math.sqrt(2000)));
            }
        }
    }

    @Test
    void gaussianRowsAreDrawn() {
        Tensor mean = normal(25, 3);
        Tensor logVariance = normal(25, 3);
        logVariance.select(0, 4).fill_(-90);
        try (FeatureBank bank = bank(Torch.cat(List.of(mean, logVariance), 1), SMALL.withGaussian(true))) {
            assertThat(bank.dimension()).isEqualTo(3);
            assertThat(bank.gaussian()).isTrue();
            assertSame(bank.block(0, 25), mean);
            assertSame(bank.rows(new long[] {24, 2}), mean.indexSelect(0, Tensor.of(new long[] {24, 2})));
            Tensor noise = Torch.randn(new long[] {25, 3}, generator.manualSeed(1));
            Tensor expected = mean.add(noise.mul(logVariance.clamp(-30, 20).mul(.5).exp()));
            Tensor drawn = bank.block(0, 25, generator.manualSeed(1));
            assertThat(drawn.sub(expected).abs().max().item()).isLessThan(1e-6);
            assertThat(drawn.select(0, 4).sub(mean.select(0, 4)).abs().max().item()).isLessThan(1e-5);
            assertThat(bank.sample(4, generator.manualSeed(2)).toFloatArray())
                    .isEqualTo(bank.sample(4, generator.manualSeed(2)).toFloatArray())
                    .isNotEqualTo(bank.sample(4, generator).toFloatArray());
        }
    }

    @Test
    void aGaussianBanksDeviationIsThatOfItsDraws() {
        Tensor mean = normal(50, 2);
        Tensor logVariance = normal(50, 2).add(1);
        logVariance.select(0, 3).fill_(-90);
        try (FeatureBank bank = bank(Torch.cat(List.of(mean, logVariance), 1), SMALL.withGaussian(true))) {
            Tensor variance = mean.to(DType.FLOAT64).var(0)
                    .add(logVariance.to(DType.FLOAT64).clamp(-30, 20).exp().mean(0));
            assertThat(bank.statistics().std()).containsExactly(variance.sqrt().toDoubleArray(), within(1e-12));
            Tensor draws = Torch.cat(IntStream.range(0, 400)
                    .mapToObj(i -> bank.block(0, 50, generator)).toList(), 0);
            assertThat(draws.std().item() * bank.scaling()).isCloseTo(1, within(.02));
        }
    }

    @Test
    void sourcesArePartsAndMaps() {
        Tensor rows = normal(20, 3);
        try (FeatureBank bank = bank(rows, SMALL)) {
            RowSource source = RowSource.of(bank, null).part(5, 10).through(x -> x.narrow(1, 0, 2).mul(2), 2);
            assertThat(source.rows()).isEqualTo(10);
            assertThat(source.dimension()).isEqualTo(2);
            assertSame(source.block(1, 4), rows.narrow(0, 6, 4).narrow(1, 0, 2).mul(2).contiguous());
            assertThatThrownBy(() -> bank.part(15, 6)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void positionsOutsideAreRefused() {
        try (FeatureBank bank = bank(normal(9, 2), SMALL)) {
            assertThatThrownBy(() -> bank.rows(new long[] {0, 9})).isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("row 9 of 9");
            assertThatThrownBy(() -> bank.rows(new long[] {-1})).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> bank.block(5, 5)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> bank.block(Long.MAX_VALUE, 5)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void readingLeavesOneTensor(Scope scope) {
        try (FeatureBank bank = bank(normal(30, 2), SMALL.withGaussian(true))) {
            int before = scope.size();
            bank.sample(12, generator);
            bank.block(3, 20);
            bank.rows(new long[] {1, 29});
            assertThat(scope.size()).isEqualTo(before + 3);
        }
    }

    /** At most 65,536 rows and 256 MiB; one row always fits. */
    @Test
    void aShardIsBoundedByRowsAndBytes() {
        FeatureBankWriter.Options options = FeatureBankWriter.Options.of("x");
        assertThat(FeatureBankWriter.rowsPerShard(options, 3)).isEqualTo(65_536);
        assertThat(FeatureBankWriter.rowsPerShard(options, 1024)).isEqualTo(65_536);
        assertThat(FeatureBankWriter.rowsPerShard(options, 300_000)).isEqualTo(223);
        assertThat(FeatureBankWriter.rowsPerShard(options.withDtype(DType.BFLOAT16), 300_000)).isEqualTo(447);
        assertThat(FeatureBankWriter.rowsPerShard(options, 100_000_000)).isEqualTo(1);
        assertThat(FeatureBankWriter.rowsPerShard(options.withRowsPerShard(5), 300_000)).isEqualTo(5);
    }
}
