package org.flowprior.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against sums in Java's doubles and against what smoothing does to an exact density. */
@InScope
class KernelDensityTest {

    private Generator generator;

    @BeforeEach
    void openGenerator() {
        generator = Generator.seeded(8);
    }

    @AfterEach
    void closeGenerator() {
        generator.close();
    }

    private static double direct(double[] points, double x, double y, double bandwidth, double floor) {
        double sum = 0;
        for (int i = 0; i < points.length; i += 2) {
            double square = (points[i] - x) * (points[i] - x) + (points[i + 1] - y) * (points[i + 1] - y);
            sum += Math.exp(-square / (2 * bandwidth * bandwidth));
        }
        return Math.log(2 * Math.PI * bandwidth * bandwidth) - Math.log(2 * sum / points.length + floor);
    }

    @Test
    void itIsTheSumOverAllPoints() {
        Tensor points = Torch.randn(new long[] {7001, 2}, generator);
        Tensor x = Torch.randn(new long[] {150, 2}, generator).mul(1.5);
        double[] numbers = points.toDoubleArray();
        double[] at = x.toDoubleArray();
        for (double floor : new double[] {1e-10, 0}) {
            try (KernelDensity density = new KernelDensity(points, .1, floor)) {
                double[] single = density.negativeLogLikelihood(x).toDoubleArray();
                double[] wide = density.negativeLogLikelihood(x.to(DType.FLOAT64)).toDoubleArray();
                for (int i = 0; i < single.length; i++) {
                    double expected = direct(numbers, at[2 * i], at[2 * i + 1], .1, floor);
                    assertThat(single[i]).isCloseTo(expected, within(2e-5 * Math.max(1, expected)));
                    // The points are float32, also once divided by the bandwidth.
                    assertThat(wide[i]).isCloseTo(expected, within(2e-5 * Math.max(1, expected)));
                }
            }
        }
    }

    @Test
    void wideningTheExactDensityPredictsIt() {
        TargetDistribution target = TargetDistribution.of(MixtureOfGaussians.toy());
        MixtureOfGaussians exact = MixtureOfGaussians.toy().dividedBy(target.scale());
        MixtureOfGaussians wider = new MixtureOfGaussians("wider", exact.components().stream()
                .map(c -> new MixtureOfGaussians.Component(c.weight(), Math.hypot(c.sigma(), .1), c.mean())).toList());
        try (KernelDensity density = target.kernelDensity(20_000, .1, generator)) {
            Tensor y = target.sample(300, generator);
            double measured = density.negativeLogLikelihood(y).mean().item();
            assertThat(measured).isCloseTo(wider.negativeLogLikelihood(y).mean().item(), within(.02));
            assertThat(density.bandwidth()).isEqualTo(.1);
        }
    }

    // The spec's 4.3: with the official floor no point is less likely than that.
    @Test
    void theFloorSaturates() {
        Tensor far = Tensor.of(new float[] {50, 50}, 1, 2);
        Tensor points = Torch.randn(new long[] {1000, 2}, generator);
        try (KernelDensity density = new KernelDensity(points, .1);
                KernelDensity open = new KernelDensity(points, .1, 0)) {
            assertThat(density.negativeLogLikelihood(far).item()).isCloseTo(20.2586, within(1e-4));
            assertThat(open.negativeLogLikelihood(far).item()).isBetween(1e5, 5e5);
        }
    }

    @Test
    void itServesAnyDimensionAndLeavesNothing(Scope scope) {
        Tensor points = Torch.randn(new long[] {50, 3}, generator);
        try (KernelDensity density = new KernelDensity(points, 1, 0)) {
            points.zero_();
            int before = scope.size();
            Tensor nll = density.negativeLogLikelihood(Torch.zeros(4, 3).requiresGrad_(true));
            assertThat(scope.size()).isEqualTo(before + 2);
            assertThat(nll.shape()).containsExactly(4);
            assertThat(nll.requiresGrad()).isFalse();
            // All points at the origin would give 3/2 log 2 pi = 2.757: the density has a copy.
            assertThat(nll.min().item()).isGreaterThan(2.9);
        }
    }

    @Test
    void whatIsNoKernelDensityIsRefused() {
        Tensor points = Torch.zeros(3, 2);
        assertThatThrownBy(() -> new KernelDensity(points, 0)).hasMessageContaining("bandwidth");
        assertThatThrownBy(() -> new KernelDensity(points, 1, -1)).hasMessageContaining("floor");
        assertThatThrownBy(() -> new KernelDensity(Torch.zeros(3), 1)).hasMessageContaining("[M, D]");
    }
}
