package org.flowprior.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Expected numbers: {@code np.random.RandomState(seed).permutation(n)}, some by {@code tools/oracle/evaluation.py}. */
class NumpyPermutationTest {

    @Test
    void theOrderIsNumpys() {
        assertThat(NumpyPermutation.of(2020, 10)).containsExactly(2, 4, 9, 1, 5, 7, 6, 3, 8, 0);
        assertThat(NumpyPermutation.of(1, 8)).containsExactly(7, 2, 1, 6, 0, 4, 3, 5);
        assertThat(Arrays.copyOf(NumpyPermutation.of(2020, 50_000), 8))
                .containsExactly(24397, 39273, 6546, 13504, 49765, 31361, 27741, 47758);
        assertThat(NumpyPermutation.of(3, 0)).isEmpty();
    }

    @Test
    void longOrdersAgreeToTheEnd() {
        for (JsonElement element : FilledRows.EXPECTED.getAsJsonArray("permutations")) {
            JsonObject expected = element.getAsJsonObject();
            int[] order = NumpyPermutation.of(expected.get("seed").getAsInt(), expected.get("n").getAsInt());
            long checksum = 0;
            for (int i = 0; i < order.length; i++) {
                checksum += (i + 1L) * order[i];
            }
            assertThat(checksum).as("%s", expected).isEqualTo(expected.get("checksum").getAsLong());
        }
    }

    @Test
    void negativeNumbersAreRefused() {
        assertThatThrownBy(() -> NumpyPermutation.of(-1, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> NumpyPermutation.of(1, -5)).isInstanceOf(IllegalArgumentException.class);
    }
}
