package org.flowprior.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.flowprior.fixtures.VelocityFill;
import org.flowprior.target.MixtureOfGaussians;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

@InScope
class EulerSamplerTest {

    // Spec, Appendix A: samplers from id 3001.
    @Test
    void theToysNinetyNineSteps() {
        check(new EulerSampler(99), TimeConvention.PAPER,
                .397730968, 1.093857343, 1.211932450, 1.027853806, 1.458625235, -1.770896402);
    }

    @Test
    void officialWeightsWalkTheirOwnTimeBackwards() {
        check(new EulerSampler(100), TimeConvention.OFFICIAL,
                1.990950702, 1.622984443, 2.745586918, 1.444703002, .762844551, -2.080128926);
    }

    private static void check(EulerSampler sampler, TimeConvention convention, double... expected) {
        try (FlowModel model = new FlowModel(VelocityFill.tiny(DType.FLOAT64), convention)) {
            Tensor noise = VelocityFill.input(VelocityFill.START, 3, 2, DType.FLOAT64);
            Tensor samples = sampler.sample(model, noise);
            assertThat(samples.toDoubleArray()).containsExactly(expected, within(2e-9));
            assertThat(samples.requiresGrad()).isFalse();
            assertThat(noise.toDoubleArray())
                    .containsExactly(VelocityFill.input(VelocityFill.START, 3, 2, DType.FLOAT64).toDoubleArray());
        }
    }

    // Spec 3.4: Euler's final deviation for a Gaussian target.
    @Test
    void theDeviationOfAGaussianIsEulersAndNotQuiteTheTargets() {
        double[][] cases = {{.3, 10, .246865493}, {.3, 99, .294216979}, {.3, 100, .294274267}, {.3, 1000, .299422514},
            {1, 10, .878984378}, {1, 99, .987099652}, {1, 100, .987227837}, {1, 1000, .998715427}};
        for (double[] c : cases) {
            MixtureOfGaussians target = MixtureOfGaussians.circle("one", 1, 2, c[0]);
            VelocityField field = (x, t, condition) -> target.optimalFlow(x, t).velocity();
            Tensor noise = Tensor.of(new double[] {0, 0, 1, -1}, 2, 2);
            double[] samples = new EulerSampler((int) c[1]).sample(field, noise).toDoubleArray();
            // The field is affine, so the image of the unit square's corner shows the factor.
            assertThat(samples[2] - samples[0]).isCloseTo(c[2], within(1e-9));
            assertThat(samples[1] - samples[3]).isCloseTo(c[2], within(1e-9));
            assertThat(samples[0]).isCloseTo(2, within(1e-9));
        }
    }

    @Test
    void aStepAddsTheVelocityOverTheirNumberToTheBit() {
        VelocityField field = ExactFields.of(ExactFields.TOY);
        Tensor noise = VelocityFill.input(VelocityFill.START, 3, 2, DType.FLOAT32);
        Tensor x = noise.clone();
        for (int k = 0; k < 7; k++) {
            x.add_(field.velocity(x, Torch.full(new long[] {3}, k / 7.0, DType.FLOAT32)), 1 / 7.0);
        }
        assertThat(new EulerSampler(7).sample(field, noise).toFloatArray()).containsExactly(x.toFloatArray());
    }

    @Test
    void aSamplerWithoutStepsIsRefused() {
        assertThatThrownBy(() -> new EulerSampler(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
