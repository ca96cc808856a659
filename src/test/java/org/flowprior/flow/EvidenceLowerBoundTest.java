package org.flowprior.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.flowprior.target.MixtureOfGaussians;
import org.flowprior.target.MixtureOfGaussians.Component;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@InScope
class EvidenceLowerBoundTest {

    private Generator generator;

    @BeforeEach
    void open() {
        generator = Generator.seeded(11);
    }

    @AfterEach
    void close() {
        generator.close();
    }

    private static EvidenceLowerBound of(VelocityField field) {
        return new EvidenceLowerBound(field, TraceEstimator.EXACT);
    }

    // Spec 3.4: L_align = (pi/4)(d²/sigma + sigma D), C = -D ln sigma, and log p_1 at distances rho sigma sqrt(D).
    // Spec 3.6: the gap table for D = 2, lambda = 1: sigma, rho, log p_1, C - L.
    @Test
    void aGaussiansClosedFormsAndGapsOfTheSpec() {
        double[][] rows = {{.1, 0, 2.7673, 4.4481}, {.1, 1, 1.7673, 4.2910}, {.1, 3, -6.2327, 3.0344},
            {.3, 0, .5701, 1.9367}, {.3, 1, -.4299, 1.4655}, {.3, 3, -8.4299, -2.3044},
            {2 / Math.PI, 0, -.9347, -.0968}, {2 / Math.PI, 1, -1.9347, -1.0968}, {2 / Math.PI, 3, -9.9347, -9.0968},
            {1, 0, -1.8379, -1.5708}, {1, 1, -2.8379, -3.1416}, {1, 3, -10.8379, -15.708},
            {1.17003, 0, -2.1519, -2.1519}, {1.17003, 1, -3.1519, -3.9898}, {1.17003, 3, -11.1519, -18.6928},
            {2, 0, -3.2242, -4.5279}, {2, 1, -4.2242, -7.6695}, {2, 3, -12.2242, -32.8022}};
        for (int first = 0; first < rows.length; first += 3) {
            double sigma = rows[first][0];
            MixtureOfGaussians target = new MixtureOfGaussians("one",
                    List.of(new Component(1, sigma, List.of(1.0, -2.0))));
            VelocityField field = ExactFields.of(target);
            Tensor distance = Tensor.of(new double[] {0, 1, 3}, 3, 1).mul(sigma * Math.sqrt(2));
            Tensor y = distance.mul(Tensor.of(new double[] {.6, .8})).add(Tensor.of(new double[] {1, -2}));
            EvidenceLowerBound.Terms terms = of(field).byQuadrature(y, 24, 3);
            double[] landscape = AlignmentLandscape.byQuadrature(field, y, 24, 3).toDoubleArray();
            double[] alignment = terms.alignment().toDoubleArray();
            double[] logDensity = new LogLikelihood(field, new DormandPrince(1e-8, 1e-8, 1000), TraceEstimator.EXACT)
                    .at(y, null).logDensity().toDoubleArray();
            for (int i = 0; i < 3; i++) {
                double rho = rows[first + i][1];
                assertThat(alignment[i]).isCloseTo(Math.PI / 2 * sigma * (rho * rho + 1), within(1e-6));
                assertThat(landscape[i]).isCloseTo(alignment[i], within(1e-12));
                assertThat(terms.consistency().toDoubleArray()[i]).isCloseTo(-2 * Math.log(sigma), within(1e-6));
                assertThat(terms.bound().toDoubleArray()[i]).isCloseTo(rows[first + i][3], within(6e-5));
                assertThat(logDensity[i])
                        .isCloseTo(-2 * Math.log(sigma) - Math.log(2 * Math.PI) - rho * rho, within(1e-6));
                assertThat(logDensity[i]).isCloseTo(rows[first + i][2], within(6e-5));
            }
        }
    }

    @Test
    void lambdaWeighsTheAlignment() {
        VelocityField field = ExactFields.diagonalGaussian(new double[] {0, 0}, new double[] {.5, .5});
        EvidenceLowerBound.Terms terms = new EvidenceLowerBound(field, TraceEstimator.EXACT, 2.5)
                .byQuadrature(Torch.ones(new long[] {1, 2}, DType.FLOAT64), 8, 3);
        assertThat(terms.bound().item())
                .isCloseTo(terms.consistency().item() - 2.5 * terms.alignment().item(), within(1e-12));
    }

    // Spec 3.4: L = (pi/4) sum(z_i²/sigma_i + sigma_i), C = -sum ln sigma_i; 3.6: L(1.5, 0) = 2.6311, L(0, .4) =
    // 2.1206.
    @Test
    void aDiagonalGaussiansClosedForms() {
        VelocityField field = ExactFields.diagonalGaussian(new double[] {0, 0}, new double[] {1, .1});
        Tensor y = Tensor.of(new double[] {1.5, 0, 0, .4}, 2, 2);
        EvidenceLowerBound.Terms terms = of(field).byQuadrature(y, 24, 3);
        double floor = Math.PI / 4 * 1.1;
        assertThat(terms.alignment().toDoubleArray()).containsExactly(
                new double[] {Math.PI / 4 * 2.25 + floor, Math.PI / 4 * 1.6 + floor}, within(1e-6));
        assertThat(terms.alignment().toDoubleArray()).containsExactly(new double[] {2.6311, 2.1206}, within(6e-5));
        assertThat(terms.consistency().toDoubleArray()).containsOnly(new double[] {-Math.log(.1)}, within(1e-6));
    }

    // Spec 3.5: velocity and trace of the mixture at single points and times.
    @Test
    void theMixturesVelocitiesAndTracesOfTheSpec() {
        double[][] rows = {{.5, -.25, .3, -.291829432, .146125951, -1.212024019},
            {.5, -.25, .7, 2.022322898, -.302006040, 5.400344840},
            {.5, -.25, .95, 2.688030512, .385619752, -2.845743762},
            {1.4, 0, .3, -.949207564, 0, -1.572192525}, {1.4, 0, .7, .193329183, 0, -5.739613067},
            {-1, .8, .7, -.536544013, .179672078, -5.725868447}};
        for (double[] row : rows) {
            Tensor x = Tensor.of(new double[] {row[0], row[1]}, 1, 2);
            TracedVelocity there = TracedVelocity.of(ExactFields.of(ExactFields.TOY), x,
                    Tensor.of(new double[] {row[2]}), TraceEstimator.EXACT.directions(x, null));
            assertThat(there.velocity().toDoubleArray()).containsExactly(new double[] {row[3], row[4]}, within(1e-9));
            assertThat(there.trace().item()).isCloseTo(row[5], within(1e-8));
        }
    }

    // Spec 3.5, table of the mixture: y, L_align (squared norm), C, C - L.
    @Test
    void theMixturesTableOfTheSpec() {
        MixtureOfGaussians toy = ExactFields.TOY;
        double radius = 3 / 2.142428528562855;
        double sigma = .3 / 2.142428528562855;
        double[][] rows = {{1.4, 0, 2.34749, 2.37208, .0246}, {-1, .8, 2.25893, 2.20138, -.0576},
            {.5, -.25, 5.0658, -1.9344, -7.0002}, {radius + sigma, 0, 2.6618, 2.5299, -.1319},
            {radius + 2 * sigma, 0, 3.1827, 2.6604, -.5223},
            {radius * (1 + Math.cos(.4 * Math.PI)) / 2, radius * Math.sin(.4 * Math.PI) / 2, 4.2401, -2.9161, -7.1562},
            {0, 0, 8.23, -11.4, -19.6}, {2.5, 0, 10.4665, 3.1203, -7.3462}};
        double[] points = new double[2 * rows.length];
        for (int i = 0; i < rows.length; i++) {
            points[2 * i] = rows[i][0];
            points[2 * i + 1] = rows[i][1];
        }
        Tensor y = Tensor.of(points, rows.length, 2);
        EvidenceLowerBound.Terms terms = of(ExactFields.of(toy)).byQuadrature(y, 12, 48);
        double[] alignment = terms.alignment().toDoubleArray();
        double[] consistency = terms.consistency().toDoubleArray();
        double[] bound = terms.bound().toDoubleArray();
        for (int i = 0; i < rows.length; i++) {
            // The spec gives five or four decimals, and at the origin, where the integrand is roughest, two digits.
            double digit = rows[i][0] == 0 ? .05 : i < 2 ? 2e-5 : 1.5e-4;
            assertThat(alignment[i]).isCloseTo(rows[i][2], within(digit));
            assertThat(consistency[i]).isCloseTo(rows[i][3], within(digit));
            assertThat(bound[i]).isCloseTo(rows[i][4], within(Math.max(digit, 6e-5)));
        }
    }

    // The same terms by draws: in two dimensions against the quadrature, in 32 against the closed forms.
    @Test
    void drawsAgreeWithinTheirStandardErrors() {
        VelocityField field = ExactFields.of(ExactFields.TOY);
        Tensor y = ExactFields.TOY.sample(25, generator).to(DType.FLOAT64);
        EvidenceLowerBound.Terms expected = of(field).byQuadrature(y, 8, 20);
        EvidenceLowerBound.Estimate estimate = of(field).byDraws(y, 640, generator);
        checkScores(estimate.mean().alignment(), expected.alignment(), estimate.standardError().alignment(), .2);
        checkScores(estimate.mean().consistency(), expected.consistency(), estimate.standardError().consistency(), .5);
        checkScores(estimate.mean().bound(), expected.bound(), estimate.standardError().bound(), .5);
    }

    @Test
    void drawsInThirtyTwoDimensions() {
        double[] sigma = new double[32];
        double floor = 0;
        double consistency = 0;
        for (int i = 0; i < 32; i++) {
            sigma[i] = Math.pow(10, -1 + 1.5 * i / 31);
            floor += Math.PI / 4 * sigma[i];
            consistency -= Math.log(sigma[i]);
        }
        VelocityField field = ExactFields.diagonalGaussian(new double[32], sigma);
        Tensor y = Torch.randn(new long[] {20, 32}, generator, DType.FLOAT64).mul(Tensor.of(sigma));
        Tensor alignment = y.square().div(Tensor.of(sigma)).sum(1).mul(Math.PI / 4).add(floor);
        TraceEstimator probe = new TraceEstimator.Hutchinson(TraceEstimator.Probes.GAUSSIAN, 1);
        EvidenceLowerBound.Estimate estimate = new EvidenceLowerBound(field, probe).byDraws(y, 1024, generator);
        checkScores(estimate.mean().alignment(), alignment, estimate.standardError().alignment(), 1.5);
        checkScores(estimate.mean().consistency(), Torch.full(new long[] {20}, consistency, DType.FLOAT64),
                estimate.standardError().consistency(), 2);
        assertThatThrownBy(() -> of(field).byQuadrature(y, 4, 2)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 nodes along each of 32 axes are too many");
    }

    /** Scores (mean - expected)/error have about unit variance and no common sign; the errors are below a limit. */
    static void checkScores(Tensor mean, Tensor expected, Tensor error, double limit) {
        Tensor scores = mean.sub(expected).div(error);
        assertThat(error.max().item()).isLessThan(limit);
        assertThat(scores.mean().item()).isCloseTo(0, within(4 / Math.sqrt(scores.numel())));
        assertThat(scores.square().mean().item()).isBetween(.4, 2.0);
    }
}
