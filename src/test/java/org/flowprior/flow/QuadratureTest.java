package org.flowprior.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.flowprior.torch.InScope;
import org.junit.jupiter.api.Test;

@InScope
class QuadratureTest {

    // x, w = numpy.polynomial.legendre.leggauss(5); print(x, w / 2)
    @Test
    void legendresNodes() {
        Quadrature five = Quadrature.legendre(5, -1, 1);
        assertThat(five.nodes().toDoubleArray()).containsExactly(new double[] {-0.906179845938664, -0.5384693101056831,
            0, 0.5384693101056831, 0.906179845938664}, within(1e-14));
        assertThat(five.weights().toDoubleArray()).containsExactly(new double[] {0.11846344252809454,
            0.23931433524968324, 0.28444444444444444, 0.23931433524968324, 0.11846344252809454}, within(1e-14));
        Quadrature one = Quadrature.legendre(1, .5, .8);
        assertThat(one.nodes().item()).isCloseTo(.65, within(1e-15));
        assertThat(one.weights().item()).isCloseTo(1, within(1e-15));
    }

    @Test
    void exactForPolynomialsOfDegreeUpToTwiceTheNodesLessOne() {
        Quadrature eight = Quadrature.legendre(8, .95, 1);
        double mean = eight.nodes().pow(15).mul(eight.weights()).sum().item();
        assertThat(mean).isCloseTo((1 - Math.pow(.95, 16)) / 16 / .05, within(1e-14));
        // Moments of N(0, 1): 1, 3, 15, 105, 945, ...
        for (int n : new int[] {3, 8, 60}) {
            Quadrature hermite = Quadrature.hermite(n);
            double moment = 1;
            for (int k = 1; k < Math.min(n, 12); k++) {
                moment *= 2 * k - 1;
                double sum = hermite.nodes().pow(2 * k).mul(hermite.weights()).sum().item();
                assertThat(sum / moment).isCloseTo(1, within(1e-11));
            }
        }
    }

    // x, w = scipy.special.roots_hermitenorm(60); print(x[-1], sum(w * cos(3 * x)) / sqrt(2 * pi), exp(-4.5))
    @Test
    void sixtyHermiteNodes() {
        Quadrature sixty = Quadrature.hermite(60);
        assertThat(sixty.nodes().toDoubleArray()[59]).isCloseTo(14.367150077577788, within(1e-11));
        double mean = sixty.nodes().mul(3).cos().mul(sixty.weights()).sum().item();
        assertThat(mean).isCloseTo(Math.exp(-4.5), within(1e-13));
    }
}
