package org.flowprior.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.flowprior.target.MixtureOfGaussians;
import org.flowprior.target.MixtureOfGaussians.Component;
import org.flowprior.target.TargetDistribution;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The losses at the exact velocity field of a Gaussian, where they have closed forms (spec 3.4). */
@InScope
class GaussianFlowTest {

    private static final double SIGMA = .3;
    private static final MixtureOfGaussians GAUSSIAN =
            new MixtureOfGaussians("one", List.of(new Component(1, SIGMA, List.of(1.0, -2.0))));
    private static final VelocityField FIELD = (x, t, condition) -> GAUSSIAN.optimalFlow(x, t).velocity();
    private static final int DRAWS = 150_000;

    private Generator generator;

    @BeforeEach
    void open() {
        generator = Generator.seeded(1);
    }

    @AfterEach
    void close() {
        generator.close();
    }

    /** The mean over draws is within four standard errors. */
    private static void assertMean(Tensor draws, double expected) {
        double error = draws.std().item() / Math.sqrt(draws.numel());
        assertThat(draws.mean().item()).isCloseTo(expected, within(4 * error));
        assertThat(error).isLessThan(0.01 * Math.abs(expected));
    }

    @Test
    void theLeastFlowMatchingLossIsPiSigmaHalfPerChannel() {
        Tensor y = GAUSSIAN.sample(DRAWS, generator).to(DType.FLOAT64);
        Tensor squares = FlowMatchingLoss.of(FIELD).loss(y, null, generator, LossReduction.NONE);
        assertMean(squares.sum(1), 2 * Math.PI * SIGMA / 2);
    }

    @Test
    void theAlignmentLossIsAffineInTheSquaredDistance() {
        Tensor y = Tensor.of(new double[] {1.5, -1}, 1, 2).expand(DRAWS, 2);
        Tensor squares = AlignmentLoss.of(FIELD).loss(y, null, generator, LossReduction.NONE);
        assertMean(squares.sum(1), Math.PI / 4 * (1.25 / SIGMA + 2 * SIGMA));
    }

    @Test
    void itsGradientPointsToTheMean() {
        Tensor y = Tensor.of(new double[] {1.5, -1}, 1, 2).requiresGrad_(true);
        AlignmentLoss loss = AlignmentLoss.of(FIELD, AlignmentLoss.Options.DEFAULT.withFlowMul(DRAWS));
        loss.loss(y, null, generator, LossReduction.SQUARED_NORM).backward();
        double factor = Math.PI / (2 * SIGMA);
        assertThat(y.grad().toDoubleArray()).containsExactly(new double[] {.5 * factor, factor}, within(.05));
    }

    // At fixed t the residual is [(1-t)(y-mean) - t sigma² noise] / S_t.
    @Test
    void theResidualIsExactForGivenTimesAndNoise() {
        Tensor y = Tensor.of(new double[] {1.5, -1, .9, -2.2}, 2, 2);
        Tensor noise = Tensor.of(new double[] {.4, -.7, 1.1, .2}, 2, 2);
        double[] t = {.3, .85};
        double[] squares = AlignmentLoss.of(FIELD).loss(y, Tensor.of(t), noise, null, LossReduction.NONE)
                .toDoubleArray();
        double[] mean = {1, -2};
        double[] ys = y.toDoubleArray();
        double[] ns = noise.toDoubleArray();
        for (int i = 0; i < 4; i++) {
            double time = t[i / 2];
            double spread = (1 - time) * (1 - time) + time * time * SIGMA * SIGMA;
            double r = ((1 - time) * (ys[i] - mean[i % 2]) - time * SIGMA * SIGMA * ns[i]) / spread;
            assertThat(squares[i]).isCloseTo(r * r, within(1e-12));
        }
    }

    @Test
    void theOfficialLandscapeIsCutAtBothEnds() {
        Tensor points = Tensor.of(new double[] {1, -2, 2, -2}, 2, 2).repeat(20_000, 1);
        Tensor landscape = AlignmentLandscape.OFFICIAL.at(FIELD, points, generator).view(20_000, 2);
        assertMean(landscape.select(1, 0), .365991666);
        assertMean(landscape.select(1, 1), 3.347398737);
    }

    // Spec 3.5: the white mixture reaches 1.2755, se .001, per channel.
    @Test
    void theToysLeastLossIsThatOfTheSpec() {
        TargetDistribution target = TargetDistribution.of(MixtureOfGaussians.toy());
        MixtureOfGaussians normalized = MixtureOfGaussians.toy().dividedBy(target.scale());
        VelocityField field = (x, t, condition) -> normalized.optimalFlow(x, t).velocity();
        Tensor y = target.sample(DRAWS, generator);
        assertThat(FlowMatchingLoss.of(field).loss(y, generator).item()).isCloseTo(1.2755, within(.012));
    }

    // Spec 3.5, table of L_align (squared norm) at single points.
    @Test
    void theToysAlignmentLossIsThatOfTheSpec() {
        MixtureOfGaussians normalized = MixtureOfGaussians.toy().dividedBy(MixtureOfGaussians.toy().pooledDeviation());
        VelocityField field = (x, t, condition) -> normalized.optimalFlow(x, t).velocity();
        double[][] cases = {{1.4, 0, 2.34749}, {-1, .8, 2.25893}, {2.5, 0, 10.4665}};
        for (double[] c : cases) {
            Tensor y = Torch.full(new long[] {DRAWS, 1}, c[0], DType.FLOAT64);
            Tensor point = Torch.cat(List.of(y, Torch.full(new long[] {DRAWS, 1}, c[1], DType.FLOAT64)), 1);
            assertMean(AlignmentLoss.of(field).loss(point, null, generator, LossReduction.NONE).sum(1), c[2]);
        }
    }
}
