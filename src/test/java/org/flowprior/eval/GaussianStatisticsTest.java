package org.flowprior.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

@InScope
class GaussianStatisticsTest {

    /** np.cov and np.mean, in float32, of spec J.4's f(101, 40, 5, 1, 0). */
    @Test
    void meanAndCovarianceAreNumpys() {
        GaussianStatistics found = GaussianStatistics.of(FilledRows.hashed(101, 40, 5, 1, 0));
        assertThat(found.mean().toDoubleArray()).containsExactly(
                new double[] {0.026869366, 0.087495163, 0.029593011, -0.037608959, -0.106988512}, within(2e-8));
        assertThat(found.covariance().select(0, 0).toDoubleArray()).containsExactly(
                new double[] {0.323472913867, -0.0357647769, 0.0691194860, 0.0543485270, 0.0069550283}, within(1e-10));
        assertThat(found.count()).isEqualTo(40);
        assertThat(found.dimension()).isEqualTo(5);
    }

    @Test
    void batchesDoNotMatter() {
        Tensor rows = FilledRows.inceptionLike(3, 1500, 7);
        GaussianStatistics whole = GaussianStatistics.of(rows);
        try (GaussianStatistics.Accumulator parts = new GaussianStatistics.Accumulator(7)) {
            parts.add(rows.narrow(0, 0, 1));
            parts.add(rows.narrow(0, 1, 0));
            parts.add(rows.narrow(0, 1, 1000));
            GaussianStatistics before = parts.result();
            parts.add(rows.narrow(0, 1001, 499));
            assertThat(parts.count()).isEqualTo(1500);
            GaussianStatistics after = parts.result();
            assertThat(after.mean().toDoubleArray()).containsExactly(whole.mean().toDoubleArray(), within(1e-13));
            assertThat(after.covariance().sub(whole.covariance()).abs().max().item()).isLessThan(1e-13);
            assertThat(before.covariance().sub(GaussianStatistics.of(rows.narrow(0, 0, 1001)).covariance()).abs().max()
                    .item()).isLessThan(1e-13);
        }
    }

    /** Sums of squares, without the shift, would have an error of 1e8 x 1e8 x 2^-53 = 1. */
    @Test
    void farFromTheOriginNothingCancels() {
        Tensor rows = FilledRows.normal(5, 800, 4).to(DType.FLOAT64);
        Tensor far = GaussianStatistics.of(rows.add(1e8)).covariance();
        assertThat(far.sub(GaussianStatistics.of(rows).covariance()).abs().max().item()).isLessThan(1e-6);
    }

    @Test
    void memoryDoesNotGrow(Scope scope) {
        try (GaussianStatistics.Accumulator accumulator = new GaussianStatistics.Accumulator(64)) {
            Tensor batch = FilledRows.normal(6, 32, 64);
            accumulator.add(batch);
            long live = Memory.liveTensors();
            for (int i = 0; i < 50; i++) {
                accumulator.add(batch);
            }
            assertThat(Memory.liveTensors()).isEqualTo(live);
            int before = scope.size();
            accumulator.result();
            assertThat(scope.size()).isEqualTo(before + 2);
        }
    }

    @Test
    void closingLeavesNothing() {
        long live = Memory.liveTensors();
        try (Scope inner = Scope.open(); GaussianStatistics.Accumulator accumulator =
                new GaussianStatistics.Accumulator(3)) {
            accumulator.add(FilledRows.normal(6, 5, 3).requiresGrad_(true));
            assertThat(accumulator.result().mean().requiresGrad()).isFalse();
        }
        assertThat(Memory.liveTensors()).isEqualTo(live);
    }

    @Test
    void whatHasNoStatisticsIsRefused() {
        try (GaussianStatistics.Accumulator accumulator = new GaussianStatistics.Accumulator(3)) {
            assertThatThrownBy(accumulator::result).hasMessageContaining("two feature vectors");
            accumulator.add(Torch.zeros(1, 3));
            assertThatThrownBy(accumulator::result).hasMessageContaining("not 1");
            assertThatThrownBy(() -> accumulator.add(Torch.zeros(2, 4))).hasMessageContaining("[B, 3]");
            Tensor bad = Torch.zeros(4, 3);
            bad.get(2, 1).fill_(Double.NaN);
            assertThatThrownBy(() -> accumulator.add(bad)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("row 2");
            assertThat(accumulator.count()).isEqualTo(1);
        }
        assertThatThrownBy(() -> new GaussianStatistics.Accumulator(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new GaussianStatistics(Torch.zeros(3), Torch.zeros(3, 3), 2))
                .hasMessageContaining("float64");
    }
}
