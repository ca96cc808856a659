package org.flowprior.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.flowprior.target.FeatureBank;
import org.flowprior.target.FeatureBankWriter;
import org.flowprior.target.RandomProjection;
import org.flowprior.target.RowSource;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NearestNeighboursTest {

    private Scope scope;
    private Generator generator;

    @BeforeEach
    void open() {
        scope = Scope.open();
        generator = Generator.seeded(6);
    }

    @AfterEach
    void close() {
        generator.close();
        scope.close();
    }

    private Tensor normal(long... shape) {
        return Torch.randn(shape, generator);
    }

    /** The k-th distance of each query, in float64, from squared differences. */
    private static double[] bruteForce(Tensor queries, Tensor targets, int k) {
        int width = (int) queries.size(1);
        double[] q = queries.toDoubleArray();
        double[] x = targets.toDoubleArray();
        double[] result = new double[q.length / width];
        double[] squares = new double[x.length / width];
        for (int i = 0; i < result.length; i++) {
            for (int j = 0; j < squares.length; j++) {
                squares[j] = 0;
                for (int d = 0; d < width; d++) {
                    double difference = q[i * width + d] - x[j * width + d];
                    squares[j] += difference * difference;
                }
            }
            double[] sorted = squares.clone();
            Arrays.sort(sorted);
            result[i] = Math.sqrt(sorted[k - 1]);
        }
        return result;
    }

    private static void assertExact(Tensor queries, Tensor targets, int k) {
        NearestNeighbours.Result result = NearestNeighbours.of(queries, targets, k);
        double[] expected = bruteForce(queries, targets, k);
        double[] found = result.distances().toDoubleArray();
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).isCloseTo(expected[i], within(1e-12 * expected[i]));
        }
        double meanLog = Arrays.stream(expected).map(r -> Math.log(Math.max(r, 1e-10))).average().getAsDouble();
        assertThat(result.meanLogRadius()).isCloseTo(meanLog, within(1e-12));
        assertThat(result.k()).isEqualTo(k);
        assertThat(result.targets()).isEqualTo(targets.size(0));
    }

    /** The specification's J.4, by definition in NumPy. */
    @Test
    void theGoldenMeansComeOut() {
        Tensor queries = FilledRows.hashed(106, 5, 6, 1, 0);
        Tensor targets = FilledRows.hashed(107, 20, 6, 1, 0);
        Map.of(1, 0.21719171950, 3, 0.41377437546, 5, 0.51770623202)
                .forEach((k, mean) -> assertThat(NearestNeighbours.of(queries, targets, k).meanLogRadius())
                        .isCloseTo(mean, within(1e-9)));
    }

    @Test
    void distancesAreExactAcrossBlocks() {
        Tensor targets = normal(32768 + 3000, 5);
        for (int k : new int[] {1, 7, 40}) {
            assertExact(normal(30, 5), targets, k);
        }
        assertExact(normal(30, 5).to(DType.FLOAT64), targets, 3);
    }

    @Test
    void manyQueriesAreSplit() {
        assertExact(normal(1500, 3), normal(200, 3), 2);
    }

    @Test
    void fewTargetsAreEnough() {
        assertExact(normal(4, 3), normal(3, 3), 3);
        assertExact(normal(4, 3), normal(32768 + 2, 3), 5);
    }

    /** float32 products cannot tell these apart: their error is 0.1, the distances are below it. */
    @Test
    void dataFarFromTheOriginAreStillExact() {
        Tensor center = Tensor.of(new float[] {3000, -2000, 1000});
        assertExact(normal(20, 3).mul(.01).add(center), normal(9000, 3).mul(.01).add(center), 4);
    }

    @Test
    void duplicatesAreCountedAndClamped() {
        Tensor few = normal(40, 4);
        Tensor targets = Torch.cat(java.util.Collections.nCopies(50, few), 0);
        Tensor queries = Torch.cat(List.of(few.narrow(0, 0, 6), normal(5, 4)), 0);
        assertExact(queries, targets, 3);
        assertExact(queries, targets, 60);
        assertThat(NearestNeighbours.of(queries, targets, 50).clamped()).isEqualTo(6);
        assertThat(NearestNeighbours.of(queries, targets, 51).clamped()).isZero();
        assertThat(NearestNeighbours.of(few, few, 1).meanLogRadius()).isCloseTo(Math.log(1e-10), within(1e-9));
    }

    @Test
    void autocastDoesNotReachTheSearch() {
        Tensor queries = normal(20, 6);
        Tensor targets = normal(500, 6);
        try (Autocast autocast = Autocast.on(Device.Type.CPU, DType.BFLOAT16)) {
            assertExact(queries, targets, 2);
        }
    }

    @Test
    void aBankGoesThroughItsProjection(@TempDir Path folder) {
        Tensor rows = normal(900, 12);
        Tensor queries = normal(25, 3);
        try (FeatureBankWriter writer = new FeatureBankWriter(folder.resolve("bank"),
                FeatureBankWriter.Options.of("").withRowsPerShard(250)); RandomProjection projection =
                        RandomProjection.official(12, 3)) {
            writer.add(rows);
            try (FeatureBank bank = writer.finish()) {
                RowSource targets = bank.through(x -> projection.apply(x.mul(bank.scaling())), 3);
                double[] found = NearestNeighbours.of(queries, targets, 5).distances().toDoubleArray();
                Tensor projected = projection.apply(rows.mul(bank.scaling()));
                assertThat(found).containsExactly(bruteForce(queries, projected, 5), within(1e-6));
            }
        }
    }

    /** One nearest neighbour of N uniform points in a square has E[log r] = (psi(1) - log(N pi)) / 2 inside. */
    @Test
    void theMeanLogRadiusMeasuresDensity() {
        Tensor targets = Torch.rand(new long[] {20_000, 2}, generator);
        Tensor queries = Torch.rand(new long[] {2000, 2}, generator).mul(.8).add(.1);
        double expected = (-.5772156649 - Math.log(20_000 * Math.PI)) / 2;
        double found = NearestNeighbours.of(queries, targets, 1).meanLogRadius();
        // The deviation of log r is pi / sqrt(6) / 2.
        assertThat(found).isCloseTo(expected, within(5 * .6413 / Math.sqrt(2000)));
    }

    @Test
    void onlyTheDistancesAreLeft() {
        Tensor queries = normal(5, 2);
        Tensor targets = normal(50, 2);
        int before = scope.size();
        NearestNeighbours.of(queries, targets, 1);
        assertThat(scope.size()).isEqualTo(before + 1);
    }

    @Test
    void impossibleSearchesAreRefused() {
        Tensor x = normal(5, 2);
        assertThatThrownBy(() -> NearestNeighbours.of(x, x, 6)).hasMessageContaining("no neighbour number 6");
        assertThatThrownBy(() -> NearestNeighbours.of(x, x, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> NearestNeighbours.of(normal(5, 3), x, 1)).hasMessageContaining("[n, 2]");
        Tensor bad = x.clone();
        bad.get(3, 1).fill_(Double.NaN);
        assertThatThrownBy(() -> NearestNeighbours.of(bad, x, 1)).hasMessageContaining("row 3");
        assertThatThrownBy(() -> NearestNeighbours.of(x, bad, 1)).hasMessageContaining("row 3");
    }
}
