package org.flowprior.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.flowprior.target.MixtureOfGaussians.Component;
import org.flowprior.torch.Autograd;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against the values of the spec, 3.5, 4.2, 4.3 and Appendix B. */
class MixtureOfGaussiansTest {

    private static final MixtureOfGaussians TOY = MixtureOfGaussians.toy();
    private static final MixtureOfGaussians NORMALIZED = TOY.dividedBy(TOY.pooledDeviation());

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void aSeedGivesTheOfficialSamples() {
        try (Generator generator = Generator.seeded(0)) {
            float[] samples = TOY.sample(48, generator).toFloatArray();
            assertRow(samples, 0, .725124, -2.59132);
            assertRow(samples, 1, 1.243659, -2.799816);
            assertRow(samples, 47, 2.906208, .073736);
        }
    }

    private static void assertRow(float[] samples, int row, double x, double y) {
        assertThat((double) samples[2 * row]).isCloseTo(x, within(1e-6));
        assertThat((double) samples[2 * row + 1]).isCloseTo(y, within(1e-6));
    }

    @Test
    void thePooledDeviationIsExact() {
        assertThat(TOY.pooledDeviation()).isCloseTo(2.142428528562855, within(1e-14));
        Component component = NORMALIZED.components().getFirst();
        assertThat(component.mean().getFirst()).isCloseTo(1.40028008, within(1e-8));
        assertThat(component.sigma()).isCloseTo(.14002800840280097, within(1e-15));
    }

    @Test
    void theOptimalVelocityAndItsTrace() {
        // x, y, t, velocity, trace
        double[][] rows = {
            {.5, -.25, .3, -.291829432, .146125951, -1.212024019},
            {.5, -.25, .7, 2.022322898, -.302006040, 5.400344840},
            {.5, -.25, .95, 2.688030512, .385619752, -2.845743762},
            {1.4, 0, .3, -.949207564, 0, -1.572192525},
            {1.4, 0, .7, .193329183, 0, -5.739613067},
            {-1, .8, .7, -.536544013, .179672078, -5.725868447}};
        for (double[] row : rows) {
            Tensor x = Tensor.of(new double[] {row[0], row[1]}, 1, 2).requiresGrad_(true);
            OptimalFlow flow = NORMALIZED.optimalFlow(x, Tensor.of(new double[] {row[2]}, 1));
            assertThat(flow.velocity().toDoubleArray())
                    .containsExactly(new double[] {row[3], row[4]}, within(1e-9));
            assertThat(flow.trace().item()).isCloseTo(row[5], within(1e-9));
            assertThat(traceByAutograd(flow.velocity(), x)).isCloseTo(row[5], within(1e-9));
        }
    }

    private static double traceByAutograd(Tensor velocity, Tensor x) {
        double trace = 0;
        for (int i = 0; i < 2; i++) {
            trace += Autograd.grad(velocity.select(1, i).sum(), List.of(x), Autograd.Options.RETAIN).getFirst()
                    .toDoubleArray()[i];
        }
        return trace;
    }

    @Test
    void theFlowEndsInDataAndStartsFromTheMean() {
        Tensor x = Tensor.of(new double[] {.5, -.25, 1.1, .3}, 2, 2);
        OptimalFlow end = NORMALIZED.optimalFlow(x, Torch.ones(new long[] {2}, DType.FLOAT64));
        assertThat(end.velocity().toDoubleArray()).containsExactly(x.toDoubleArray(), within(1e-12));
        assertThat(end.trace().toDoubleArray()).containsExactly(new double[] {2, 2}, within(1e-10));
        OptimalFlow start = NORMALIZED.optimalFlow(x, Torch.zeros(new long[] {2}, DType.FLOAT64));
        assertThat(start.velocity().toDoubleArray()).containsExactly(x.neg().toDoubleArray(), within(1e-12));
        assertThat(start.trace().toDoubleArray()).containsExactly(new double[] {-2, -2}, within(1e-12));
    }

    @Test
    void theNegativeLogLikelihoodOfNormalizedPoints() {
        double[][] rows = {{1.4, 0, .4845087}, {-1, .8, .0208908}, {.5, -.25, -21.7766414}, {1.5403, 0, -.0155},
            {0, 0, -47.9061}, {2.5, 0, -30.3548}};
        for (double[] row : rows) {
            Tensor y = Tensor.of(new double[] {row[0], row[1]}, 1, 2);
            assertThat(TargetDistribution.of(TOY).negativeLogLikelihood(y).item()).isCloseTo(-row[2], within(3e-4));
            assertThat(NORMALIZED.negativeLogLikelihood(y).item())
                    .isCloseTo(TargetDistribution.of(TOY).negativeLogLikelihood(y).item(), within(1e-9));
        }
    }

    @Test
    void theOfficialLikelihoodIsTheRawDensitys() {
        TargetDistribution official = new TargetDistribution(TOY, 2.142407179);
        double[][] rows = {{0, 0, -49.429932}, {1.4, 0, -1.0393716}, {.9165, .6659, -17.620798}};
        for (double[] row : rows) {
            Tensor y = Tensor.of(new float[] {(float) row[0], (float) row[1]}, 1, 2);
            assertThat(official.rawNegativeLogLikelihood(y).item()).isCloseTo(-row[2], within(2e-5));
        }
    }

    @Test
    void dataHaveTheLikelihoodOfTheSpec() {
        try (Generator generator = Generator.seeded(2)) {
            TargetDistribution target = TargetDistribution.of(TOY);
            Tensor y = target.sample(100_000, generator);
            double expected = Math.log(5) + 1 + Math.log(.18 * Math.PI);
            assertThat(target.rawNegativeLogLikelihood(y).mean().item()).isCloseTo(expected, within(.012));
            assertThat(target.negativeLogLikelihood(y).mean().item()).isCloseTo(expected - 1.523880, within(.012));
            assertThat(y.std().item()).isCloseTo(1, within(.005));
        }
    }

    @Test
    void anEstimatedScaleIsNearTheExactOne() {
        try (Generator generator = Generator.seeded(0)) {
            double estimated = TargetDistribution.estimated(TOY, 200_000, generator).scale();
            assertThat(estimated).isCloseTo(TOY.pooledDeviation(), within(.01)).isNotEqualTo(TOY.pooledDeviation());
        }
    }

    @Test
    void unequalWeightsAreDrawnInTheirShares() {
        MixtureOfGaussians mixture = new MixtureOfGaussians("two", List.of(
                new Component(.9, .1, List.of(-5.0, 0.0, 1.0)),
                new Component(.1, .2, List.of(5.0, 0.0, 1.0))));
        try (Generator generator = Generator.seeded(4)) {
            Tensor x = mixture.sample(20_000, generator);
            assertThat(x.shape()).containsExactly(20_000, 3);
            assertThat(x.select(1, 0).gt(0).to(DType.FLOAT64).mean().item()).isCloseTo(.1, within(.01));
            double entropy = -.9 * (Math.log(.9) - 1.5 * Math.log(2 * Math.PI * Math.E * .01))
                    - .1 * (Math.log(.1) - 1.5 * Math.log(2 * Math.PI * Math.E * .04));
            assertThat(mixture.negativeLogLikelihood(x).mean().item()).isCloseTo(entropy, within(.04));
            double expected = Math.sqrt((.9 * (25 + 1 + .03) + .1 * (25 + 1 + .12)) / 3 - Math.pow((-4 + 1) / 3.0, 2));
            assertThat(mixture.pooledDeviation()).isCloseTo(expected, within(1e-12));
            assertThat(x.std().item()).isCloseTo(expected, within(.03));
        }
    }

    @Test
    void whatIsNoMixtureIsRefused() {
        assertThatThrownBy(() -> new MixtureOfGaussians("half", List.of(new Component(.5, 1, List.of(0.0)))))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("sum to 1");
        assertThatThrownBy(() -> new Component(1, 0, List.of(0.0))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MixtureOfGaussians("mixed", List.of(new Component(.5, 1, List.of(0.0)),
                new Component(.5, 1, List.of(0.0, 1.0))))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theSamplerLeavesOneTensor() {
        int before = scope.size();
        Tensor x = TOY.sample(10, null);
        TOY.negativeLogLikelihood(x);
        assertThat(scope.size()).isEqualTo(before + 2);
        assertThat(Arrays.stream(x.toDoubleArray()).allMatch(Double::isFinite)).isTrue();
    }
}
