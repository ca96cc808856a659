package org.flowprior.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Map;
import org.flowprior.fixtures.Recorded;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All targets against tools/oracle/targets.py, which goes by brute force, and the spec's 4.2, 4.3 and Appendix B. */
@InScope
class ToyTargetTest {

    private static final JsonObject ORACLE = Resources.json("target/targets.json");

    private static JsonObject expected(ToyTarget target) {
        return ORACLE.getAsJsonObject("targets").getAsJsonObject(target.commandName());
    }

    /** The largest difference, as a share of the expected number where that exceeds 1. */
    private static double error(Tensor actual, double[] expected) {
        double[] numbers = actual.toDoubleArray();
        assertThat(numbers).hasSameSizeAs(expected);
        double worst = 0;
        for (int i = 0; i < numbers.length; i++) {
            double error = Math.abs(numbers[i] - expected[i]) / Math.max(1, Math.abs(expected[i]));
            worst = error <= worst ? worst : error;
        }
        return worst;
    }

    private static Tensor samples(ToyTarget target) {
        try (Generator generator = Generator.seeded(ORACLE.get("seed").getAsLong())) {
            return target.density().sample(ORACLE.get("rows").getAsLong(), generator);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSeedGivesPyTorchsSamples(ToyTarget target) {
        double[] expected = Recorded.numbers(expected(target).get("samples"));
        assertThat(error(samples(target).flatten(), expected)).isLessThan(5e-7);
    }

    @ParameterizedTest
    @EnumSource
    void aSeedGivesTheOfficialSamples(ToyTarget target) {
        Map<ToyTarget, double[]> rows = Map.of(
                ToyTarget.GAUSSIAN, new double[] {.725124, -2.59132, 1.243659, -2.799816, 2.906208, .073736},
                ToyTarget.GRID, new double[] {1.432691, -1.412717, 1.605536, 1.517784, -1.531264, 1.524579},
                ToyTarget.MOONS, new double[] {-.043789, 2.164448, -1.405527, 1.194967, 3.663412, -1.685484},
                ToyTarget.RINGS, new double[] {-1.197737, .028176, .132947, -1.156121, 1.565058, 3.758152},
                ToyTarget.SPIRAL, new double[] {-.111203, -1.079024, 1.038804, 1.214839, .6956, 1.594645},
                ToyTarget.SWISSROLL, new double[] {-2.805543, .183961, -1.68825, 4.351938, -3.433933, 3.149416});
        try (Generator generator = Generator.seeded(0)) {
            Tensor samples = target.density().sample(48, generator);
            assertThat(samples.dtype()).isEqualTo(DType.FLOAT32);
            assertThat(samples.shape()).containsExactly(48, 2);
            Tensor shown = samples.indexSelect(0, Tensor.of(new long[] {0, 1, 47})).flatten();
            assertThat(shown.toDoubleArray()).containsExactly(rows.get(target), within(1e-6));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theDensityIsTheOneOfTheCurve(ToyTarget target) {
        double[] expected = Recorded.numbers(expected(target).get("negativeLogLikelihoods"));
        long[] every8th = new long[expected.length];
        Arrays.setAll(every8th, i -> 8L * i);
        Tensor x = samples(target).indexSelect(0, Tensor.of(every8th));
        Density density = target.density();
        // The samples were rounded differently by up to 5e-7, times the slope of the logarithm.
        assertThat(error(density.negativeLogLikelihood(x.to(DType.FLOAT64)), expected)).isLessThan(2e-5);
        assertThat(error(density.negativeLogLikelihood(x), expected)).isLessThan(2e-4);
    }

    @ParameterizedTest
    @EnumSource
    void theFlowIsTheOneOfTheCurve(ToyTarget target) {
        JsonObject expected = expected(target);
        JsonArray times = ORACLE.getAsJsonArray("times");
        Tensor points = Tensor.of(Recorded.numbers(ORACLE.get("points"))).view(-1, 2);
        Tensor x = points.repeatInterleave(times.size(), 0L);
        Tensor t = Tensor.of(Recorded.numbers(times)).repeat(points.size(0));
        double[] velocities = Recorded.numbers(expected.get("velocities"));
        double[] traces = Recorded.numbers(expected.get("traces"));
        Density density = target.density().dividedBy(expected.get("scale").getAsDouble());
        OptimalFlow flow = density.optimalFlow(x, t);
        assertThat(error(flow.velocity().flatten(), velocities)).isLessThan(1e-7);
        assertThat(error(flow.trace(), traces)).isLessThan(1e-6);
        assertThat(error(density.optimalVelocity(x, t).flatten(), velocities)).isLessThan(1e-7);
        OptimalFlow single = density.optimalFlow(x.to(DType.FLOAT32), t.to(DType.FLOAT32));
        assertThat(single.velocity().dtype()).isEqualTo(DType.FLOAT32);
        assertThat(error(single.velocity().flatten(), velocities)).isLessThan(2e-3);
    }

    @ParameterizedTest
    @EnumSource
    void theFlowStartsFromTheMeanAndEndsInData(ToyTarget target) {
        Map<ToyTarget, double[]> means = Map.of(ToyTarget.MOONS, new double[] {1, -.25},
                // Integrals of (.5 + a / 2 pi)(cos a, sin a) / 3 pi and of a (cos a, sin a) / 6 pi².
                ToyTarget.SPIRAL, new double[] {-1 / (3 * Math.PI * Math.PI), 2.5 / (3 * Math.PI)},
                ToyTarget.SWISSROLL, new double[] {0, -1 / Math.PI});
        double[] mean = means.getOrDefault(target, new double[] {0, 0});
        double scale = target.density().pooledDeviation();
        Density density = target.density().dividedBy(scale);
        Tensor x = Tensor.of(new double[] {.5, -.25, 1.1, .3, -1.9, .7}, 3, 2);
        Tensor center = Tensor.of(mean).div(scale);
        OptimalFlow start = density.optimalFlow(x, Torch.zeros(new long[] {3}, DType.FLOAT64));
        assertThat(error(start.velocity(), center.sub(x).flatten().toDoubleArray())).isLessThan(1e-10);
        assertThat(error(start.trace(), new double[] {-2, -2, -2})).isLessThan(1e-10);
        OptimalFlow end = density.optimalFlow(x, Torch.ones(new long[] {3}, DType.FLOAT64));
        assertThat(error(end.velocity(), x.flatten().toDoubleArray())).isLessThan(1e-7);
        assertThat(error(end.trace(), new double[] {2, 2, 2})).isLessThan(1e-5);
    }

    @Test
    void theDeviationsAreThoseOfTheSpec() {
        Map<ToyTarget, Double> deviations = Map.of(ToyTarget.GAUSSIAN, 2.142428529, ToyTarget.GRID, 1.122497216,
                ToyTarget.MOONS, 1.802826915, ToyTarget.RINGS, 2.037927415, ToyTarget.SPIRAL, .933597199,
                ToyTarget.SWISSROLL, 2.446358458);
        deviations.forEach((target, deviation) -> {
            assertThat(target.density().pooledDeviation()).isCloseTo(deviation, within(6e-10));
            Density normalized = TargetDistribution.of(target.density()).normalized();
            assertThat(normalized.pooledDeviation()).isCloseTo(1, within(1e-12));
        });
        // Integrals over the two half circles: squares 4 and 33 / 16 + 2 / pi each, mean 3 / 8.
        double moons = (4 + 2.125 + 2 / Math.PI) / 2 + .01 - .375 * .375;
        assertThat(ToyTarget.MOONS.density().pooledDeviation()).isCloseTo(Math.sqrt(moons), within(1e-12));
    }

    // Spec 4.3, official code with its own scales.
    @Test
    void theGridsRawLikelihoodIsTheOfficialOne() {
        TargetDistribution official = new TargetDistribution(MixtureOfGaussians.grid(), 1.122470021);
        Tensor y = Tensor.of(new float[] {0, 0, .45f, .45f}, 2, 2);
        assertThat(official.rawNegativeLogLikelihood(y).toDoubleArray())
                .containsExactly(new double[] {23.619001, .0079086}, within(2e-5));
    }

    @ParameterizedTest
    @EnumSource
    void dividingScalesDensityAndSamplesAlike(ToyTarget target) {
        TargetDistribution distribution = new TargetDistribution(target.density(), 1.7);
        Density normalized = distribution.normalized();
        assertThat(normalized.name()).isEqualTo(target.commandName());
        try (Generator one = Generator.seeded(9); Generator other = Generator.seeded(9)) {
            Tensor y = distribution.sample(100, one);
            assertThat(error(normalized.sample(100, other).flatten(), y.flatten().toDoubleArray())).isLessThan(1e-6);
            Tensor wide = y.to(DType.FLOAT64);
            double[] expected = distribution.negativeLogLikelihood(wide).toDoubleArray();
            assertThat(error(normalized.negativeLogLikelihood(wide), expected)).isLessThan(1e-9);
            double[] distances = distribution.density().distance(wide.mul(1.7)).toDoubleArray();
            assertThat(error(normalized.distance(wide).mul(1.7), distances)).isLessThan(1e-9);
            assertThat(normalized.nearestMode(wide).toLongArray())
                    .isEqualTo(distribution.density().nearestMode(wide.mul(1.7)).toLongArray());
        }
        assertThatThrownBy(() -> target.density().dividedBy(0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("scale");
    }

    @Test
    void theNamesAreTheOfficialOnes() {
        assertThat(Arrays.stream(ToyTarget.values()).map(ToyTarget::savedName)).containsExactly(
                "mixture_of_gaussians", "grid_of_gaussians", "moons", "rings", "spiral_easy", "swissroll");
        for (ToyTarget target : ToyTarget.values()) {
            assertThat(ToyTarget.of(target.commandName())).isEqualTo(target);
            assertThat(target.density().name()).isEqualTo(target.commandName());
        }
        assertThatThrownBy(() -> ToyTarget.of("checkerboard")).hasMessageContaining("swissroll");
    }
}
