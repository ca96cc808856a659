package org.flowprior.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Distances and modes of the targets. */
@InScope
class SkeletonTest {

    private Generator generator;

    @BeforeEach
    void open() {
        generator = Generator.seeded(6);
    }

    @AfterEach
    void close() {
        generator.close();
    }

    @ParameterizedTest
    @EnumSource
    void modesAreEquallyLikely(ToyTarget target) {
        Density density = target.density();
        long[] modes = density.nearestMode(density.sample(4000, generator)).toLongArray();
        long[] counts = new long[density.modes()];
        for (long mode : modes) {
            counts[(int) mode]++;
        }
        double expected = 4000.0 / density.modes();
        for (long count : counts) {
            // The first part of the Swiss roll is short and loses to its neighbours, which noise carries across.
            assertThat((double) count).isCloseTo(expected, within(5 * Math.sqrt(expected) + .06 * expected));
        }
    }

    @ParameterizedTest
    @EnumSource
    void distancesOfDataAreTheNoise(ToyTarget target) {
        Density density = target.density();
        Tensor distance = density.distance(density.sample(2000, generator));
        assertThat(distance.dtype()).isEqualTo(DType.FLOAT32);
        double sigma = target == ToyTarget.GAUSSIAN ? .3 : .1;
        boolean plane = target == ToyTarget.GAUSSIAN || target == ToyTarget.GRID;
        // Means of the length of a normal vector of two coordinates and of one.
        double expected = sigma * (plane ? Math.sqrt(Math.PI / 2) : Math.sqrt(2 / Math.PI));
        assertThat(distance.mean().item()).isCloseTo(expected, within(.08 * expected));
    }

    @Test
    void circlesGiveExactDistances() {
        Tensor x = Tensor.of(new double[] {3, 0, 0, -1, .2, .9, 2, -2.6, 1.5, -3}, 5, 2);
        assertThat(ToyTarget.RINGS.density().distance(x).toDoubleArray()).containsExactly(new double[] {1 / 3.0,
            1 / 3.0, 4 / 3.0 - Math.hypot(.2, .9), Math.hypot(2, 2.6) - 8 / 3.0, 4 - Math.hypot(1.5, 3)},
                within(1e-12));
        assertThat(ToyTarget.RINGS.density().nearestMode(x).toLongArray()).containsExactly(1, 0, 0, 1, 2);
        // The first is nearest to the tip of the upper moon, the others to circles.
        double[] moons = ToyTarget.MOONS.density().distance(x).toDoubleArray();
        assertThat(moons).containsExactly(new double[] {1, Math.hypot(2, .5) - 2, 2 - Math.hypot(.2, .9),
            .1, Math.abs(2 - Math.hypot(.5, 2.5))}, within(2e-7));
        assertThat(ToyTarget.MOONS.density().nearestMode(x).toLongArray()[2]).isEqualTo(0);
        assertThat(ToyTarget.MOONS.density().nearestMode(x).toLongArray()[3]).isEqualTo(1);
    }

    @Test
    void spiralsGiveTheDistancesOfAFineTable() {
        Tensor x = Torch.randn(new long[] {60, 2}, generator, DType.FLOAT64).mul(3);
        Tensor angle = Torch.linspace(0, 6 * Math.PI, 200_001, DType.FLOAT64);
        Tensor curve = Torch.stack(List.of(angle.mul(angle.cos()), angle.mul(angle.sin())), 1).div(Math.PI);
        double[] expected = Torch.cdist(x, curve).amin(1).toDoubleArray();
        assertThat(ToyTarget.SWISSROLL.density().distance(x).toDoubleArray()).containsExactly(expected, within(1e-4));
    }
}
