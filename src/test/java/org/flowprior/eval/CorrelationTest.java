package org.flowprior.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CorrelationTest {

    private static final double[] A = {1, 2, 2, 5, 3, -1};
    private static final double[] B = {2, 1, 4, 4, 3, 0.5};

    /** scipy.stats.pearsonr([1, 2, 2, 5, 3, -1], [2, 1, 4, 4, 3, .5]), and spearmanr of the same. */
    @Test
    void agreesWithScipy() {
        assertThat(Correlation.pearson(A, B)).isCloseTo(0.7680903757233327, within(1e-14));
        assertThat(Correlation.spearman(A, B)).isCloseTo(0.7500000000000001, within(1e-14));
    }

    @Test
    void seriesOfDifferentLengthsAreRefused() {
        assertThatThrownBy(() -> Correlation.pearson(A, new double[5])).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("6 and 5");
    }
}
