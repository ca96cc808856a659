package org.flowprior.train.toy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.flowprior.target.MixtureOfGaussians;
import org.flowprior.target.TargetDistribution;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.Test;

class TheoryMeasurementTest {

    private static final TargetDistribution TARGET = TargetDistribution.of(MixtureOfGaussians.toy());

    /** 2,000 samples give a deviation within about 1/sqrt(4000) = 1.6 %. */
    @Test
    void freshSamplesSpreadAsTheData() {
        try (Scope scope = Scope.open(); Generator generator = Generator.seeded(1)) {
            ToyReport.Spread spread = TheoryMeasurement.spread(TARGET, TARGET.sample(5000, generator),
                    TARGET.sample(2000, generator));
            assertThat(spread.withinMode()).isCloseTo(1, within(0.08));
            assertThat(spread.toSkeleton()).isCloseTo(1, within(0.08));
            assertThat(spread.median()).isCloseTo(1, within(0.08));
            assertThat(spread.emptyModes()).isZero();
            assertThat(spread.unevenness()).isLessThan(0.05);
            // ln 5 + 1 + ln(2 pi 0.3^2 / 4.59), and its standard error
            assertThat(spread.nll()).isCloseTo(Math.log(5) + 1 + Math.log(2 * Math.PI * 0.09 / 4.59), within(0.1));
        }
    }

    @Test
    void pointsDrawnTowardsTheMeansSpreadLess() {
        try (Scope scope = Scope.open(); Generator generator = Generator.seeded(2)) {
            Tensor data = TARGET.sample(2000, generator);
            Tensor means = modesMeans(data);
            Tensor half = data.add(means).div(2);
            ToyReport.Spread spread = TheoryMeasurement.spread(TARGET, data, half);
            assertThat(spread.withinMode()).isCloseTo(0.5, within(1e-4));
            assertThat(spread.toSkeleton()).isCloseTo(0.5, within(1e-4));
            assertThat(spread.median()).isCloseTo(0.5, within(1e-4));
        }
    }

    /** The true mean of the mode of each point. */
    private static Tensor modesMeans(Tensor data) {
        long[] modes = TARGET.normalized().nearestMode(data).toLongArray();
        double[] means = new double[2 * modes.length];
        for (int i = 0; i < modes.length; i++) {
            means[2 * i] = 3 * Math.cos(2 * Math.PI * modes[i] / 5) / TARGET.scale();
            means[2 * i + 1] = 3 * Math.sin(2 * Math.PI * modes[i] / 5) / TARGET.scale();
        }
        return Tensor.of(means, modes.length, 2).to(data.dtype());
    }
}
