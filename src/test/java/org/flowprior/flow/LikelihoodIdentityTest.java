package org.flowprior.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Spec 3.6, the exact relation: residuals with weight t/(1 - t) integrate to the negative log-likelihood. */
@InScope
class LikelihoodIdentityTest {

    private static final VelocityField MIXTURE = ExactFields.of(ExactFields.TOY);

    private Generator generator;

    @BeforeEach
    void open() {
        generator = Generator.seeded(1);
    }

    @AfterEach
    void close() {
        generator.close();
    }

    private Tensor data(int count) {
        return ExactFields.TOY.sample(count, generator).to(DType.FLOAT64);
    }

    // Issue: mean absolute error under 0.01 nats, here with 2,400 evaluations for each point; 0.001 when written.
    @Test
    void theMixturesLikelihoodAtFourHundredDataPoints() {
        Tensor y = data(400);
        Tensor identity = LikelihoodIdentity.negativeLogLikelihood(MIXTURE, y, 6, 10, 0);
        Tensor error = identity.sub(ExactFields.TOY.negativeLogLikelihood(y)).abs();
        assertThat(error.mean().item()).isLessThan(.004);
    }

    // By hand, with 65,000 draws for each of 400 points: mean absolute error 0.0073, standard error 0.0088, mean score
    // 0.015, mean squared score 1.05.
    @Test
    void drawsAreUnbiasedWithinTheirStandardErrors() {
        Tensor y = data(60);
        LikelihoodIdentity.Estimate estimate = LikelihoodIdentity.negativeLogLikelihood(MIXTURE, y, 1600, 0, generator);
        EvidenceLowerBoundTest.checkScores(estimate.value(), ExactFields.TOY.negativeLogLikelihood(y),
                estimate.standardError(), .3);
    }

    // Where the field is linear, draws are exact in the noise and only the integral over time is left: with the closed
    // form of a Gaussian, log p = -sum ln sigma_i - (D/2) ln 2 pi - sum z_i²/(2 sigma_i²), in 32 dimensions.
    @Test
    void aGaussianInThirtyTwoDimensions() {
        double[] sigma = new double[32];
        double logs = 16 * Math.log(2 * Math.PI);
        for (int i = 0; i < 32; i++) {
            sigma[i] = Math.pow(10, -.5 + i / 31.0);
            logs += Math.log(sigma[i]);
        }
        Tensor y = Torch.randn(new long[] {4, 32}, generator, DType.FLOAT64).mul(Tensor.of(sigma));
        Tensor expected = y.div(Tensor.of(sigma)).square().sum(1).mul(.5).add(logs);
        LikelihoodIdentity.Estimate estimate = LikelihoodIdentity.negativeLogLikelihood(
                ExactFields.diagonalGaussian(new double[32], sigma), y, 20_000, 0, generator);
        assertThat(estimate.value().sub(expected).abs().max().item()).isLessThan(.6);
        assertThat(estimate.value().sub(expected).div(estimate.standardError()).abs().max().item()).isLessThan(5);
    }

    @Test
    void theStandardNormalNeedsNoIntegral() {
        Tensor y = Torch.randn(new long[] {3, 5}, generator);
        LikelihoodIdentity.Estimate estimate = LikelihoodIdentity.negativeLogLikelihood(
                ExactFields.diagonalGaussian(new double[5], new double[] {1, 1, 1, 1, 1}), y, 100, 0, generator);
        Tensor expected = y.square().sum(1).mul(.5).add(2.5 * Math.log(2 * Math.PI));
        assertThat(estimate.value().dtype()).isEqualTo(DType.FLOAT32);
        assertThat(estimate.value().sub(expected).abs().max().item()).isLessThan(1e-4);
    }

    // For N(0, sigma² I) in two dimensions, lap log p = -2/sigma², |grad log p|² = |y|²/sigma⁴.
    @Test
    void theTruncationsBiasIsTheStatedOne() {
        double sigma = .5;
        VelocityField field = ExactFields.diagonalGaussian(new double[2], new double[] {sigma, sigma});
        Tensor y = Tensor.of(new double[] {.8, -.6, 0, 0}, 2, 2);
        Tensor whole = LikelihoodIdentity.negativeLogLikelihood(field, y, 32, 3, 0);
        double constant = 2 * Math.log(sigma) + Math.log(2 * Math.PI);
        assertThat(whole.toDoubleArray()).containsExactly(new double[] {constant + 2, constant}, within(1e-6));
        double epsilon = .01;
        double[] lost = whole.sub(LikelihoodIdentity.negativeLogLikelihood(field, y, 32, 3, epsilon)).toDoubleArray();
        double[] squares = {1, 0};
        for (int i = 0; i < 2; i++) {
            double stated = epsilon * epsilon / 2
                    * (-4 / (sigma * sigma) + squares[i] / Math.pow(sigma, 4) + 4 - squares[i]);
            assertThat(lost[i]).isCloseTo(stated, within(.05 * Math.abs(stated) + 1e-5));
        }
        assertThatThrownBy(() -> LikelihoodIdentity.negativeLogLikelihood(field, y, 100, 1, generator))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("truncation must be in [0, 1)");
    }
}
