package org.flowprior.eval;

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

@InScope
class SlicedWassersteinTest {

    private Generator generator;

    @BeforeEach
    void open() {
        generator = Generator.seeded(11);
    }

    @AfterEach
    void close() {
        generator.close();
    }

    /*
     * import numpy as np; from scipy.stats import wasserstein_distance
     * x = np.array([[0.,1],[2,-1],[.5,3],[-1,0],[4,1.5]]); y = np.array([[1.,1],[0,0],[2,2]])
     * z = np.array([[1.,1],[0,0],[2,2],[-3,.5],[1,-2]]); d = np.array([[1.,.6,0],[0,.8,1]])
     * for p in (1,2,3): print((np.abs(np.sort(x@d,0)-np.sort(z@d,0))**p).mean()**(1/p))
     * r = lambda a,n: np.repeat(a,n,axis=0)     # 15 samples each
     * for p in (1,2,3): print((np.abs(np.sort(r(x,3)@d,0)-np.sort(r(y,5)@d,0))**p).mean()**(1/p))
     * print(np.mean([wasserstein_distance(x@t,y@t) for t in d.T]))
     */
    private static final Tensor X = constant(5, 0, 1, 2, -1, .5, 3, -1, 0, 4, 1.5);
    private static final Tensor Y = constant(3, 1, 1, 0, 0, 2, 2);
    private static final Tensor Z = constant(5, 1, 1, 0, 0, 2, 2, -3, .5, 1, -2);
    private static final Tensor DIRECTIONS = constant(2, 1, .6, 0, 0, .8, 1);

    private static Tensor constant(long rows, double... numbers) {
        return Tensor.of(numbers, rows, numbers.length / rows);
    }

    @Test
    void givenDirectionsGiveNumPysNumbers() {
        double[] equal = {0.9066666666666667, 1.0745541711178022, 1.1989496982740542};
        double[] unequal = {0.6733333333333333, 0.8512735557191159, 0.98426481367943};
        for (int p = 1; p <= 3; p++) {
            assertThat(SlicedWasserstein.distance(X, Z, DIRECTIONS, p)).isCloseTo(equal[p - 1], within(1e-12));
            assertThat(SlicedWasserstein.distance(X, Y, DIRECTIONS, p)).isCloseTo(unequal[p - 1], within(1e-12));
            assertThat(SlicedWasserstein.distance(Y, X, DIRECTIONS, p)).isCloseTo(unequal[p - 1], within(1e-12));
        }
    }

    @Test
    void unequalNumbersAreRepetitions() {
        Tensor x = Torch.randn(new long[] {70, 3}, generator);
        Tensor y = Torch.randn(new long[] {42, 3}, generator);
        Tensor directions = SlicedWasserstein.directions(3, 20, generator);
        double repeated = SlicedWasserstein.distance(x.repeatInterleave(3, 0L), y.repeatInterleave(5, 0L), directions,
                2);
        assertThat(SlicedWasserstein.distance(x, y, directions, 2)).isCloseTo(repeated, within(1e-12));
    }

    /** Between N(a, s^2 I) and N(b, r^2 I) its square is |a - b|^2 / D + (s - r)^2, as each slice is such a pair. */
    @Test
    void gaussiansHaveTheClosedForm() {
        Tensor x = Torch.randn(new long[] {40_000, 4}, generator);
        Tensor y = Torch.randn(new long[] {30_000, 4}, generator).mul(1.5).add(Tensor.of(new float[] {1, 0, 0, -1}));
        double expected = Math.sqrt(2 / 4.0 + .25);
        double found = SlicedWasserstein.distance(x, y, 200, generator);
        // Of directions: the square of a coordinate of the sphere varies by 0.7 of its mean; of samples: 40,000^-1/2.
        assertThat(found).isCloseTo(expected, within(.05));
        Tensor shifted = x.add(2);
        Tensor axis = constant(4, 1, 0, 0, 0);
        assertThat(SlicedWasserstein.distance(x, shifted, axis, 2)).isCloseTo(2, within(1e-6));
    }

    @Test
    void aSetIsNotFarFromItself() {
        Tensor x = Torch.randn(new long[] {100, 3}, generator);
        assertThat(SlicedWasserstein.distance(x, x.flip(0), 10, generator)).isCloseTo(0, within(1e-15));
    }

    @Test
    void directionsAreUnitAndFollowTheGenerator() {
        Tensor directions = SlicedWasserstein.directions(6, 500, generator.manualSeed(1));
        assertThat(directions.shape()).containsExactly(6, 500);
        assertThat(directions.dtype()).isEqualTo(DType.FLOAT64);
        assertThat(directions.norm(2, 0, false).sub(1).abs().max().item()).isLessThan(1e-14);
        assertThat(directions.mean(1).abs().max().item()).isLessThan(5 / Math.sqrt(6 * 500));
        assertThat(SlicedWasserstein.directions(6, 500, generator.manualSeed(1)).equal(directions)).isTrue();
    }

    @Test
    void blocksOfDirectionsAddUp() {
        Tensor x = Torch.randn(new long[] {1 << 17, 2}, generator);
        Tensor y = Torch.randn(new long[] {1 << 17, 2}, generator);
        Tensor directions = SlicedWasserstein.directions(2, 20, generator);
        double square = 0;
        for (int i = 0; i < 20; i++) {
            square += Math.pow(SlicedWasserstein.distance(x, y, directions.narrow(1, i, 1), 2), 2) / 20;
        }
        assertThat(SlicedWasserstein.distance(x, y, directions, 2)).isCloseTo(Math.sqrt(square), within(1e-12));
    }

    @Test
    void impossibleDistancesAreRefused() {
        assertThatThrownBy(() -> SlicedWasserstein.distance(X, Torch.zeros(3, 3), DIRECTIONS, 2))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[3, 3]");
        assertThatThrownBy(() -> SlicedWasserstein.distance(X, Torch.zeros(0, 2), DIRECTIONS, 2))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SlicedWasserstein.distance(X, Y, DIRECTIONS, 0)).hasMessageContaining("order 0");
        assertThatThrownBy(() -> SlicedWasserstein.distance(X.mul(Double.NaN), Y, DIRECTIONS, 2))
                .hasMessageContaining("finite");
    }
}
