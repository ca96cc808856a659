package org.flowprior.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RowSplitTest {

    @Test
    void trainingRowsAreAllButTheHeldOutOnesInTheirOrder() {
        for (int count : new int[] {0, 1, 7, 19}) {
            RowSplit split = RowSplit.of(20, count, 3);
            long[] training = split.rows(LongStream.range(0, split.training()).toArray());
            assertThat(split.heldOut()).hasSize(count).isSorted().doesNotHaveDuplicates();
            assertThat(training).isSorted().hasSize(20 - count);
            assertThat(LongStream.concat(LongStream.of(training), LongStream.of(split.heldOut())).sorted())
                    .containsExactlyElementsOf(LongStream.range(0, 20).boxed().toList());
        }
    }

    @Test
    void theSeedChoosesTheRows() {
        assertThat(RowSplit.of(1_000_000_000_000L, 5, 1).heldOut())
                .isEqualTo(RowSplit.of(1_000_000_000_000L, 5, 1).heldOut())
                .isNotEqualTo(RowSplit.of(1_000_000_000_000L, 5, 2).heldOut());
    }

    /** 3 of 10 rows, 3,000 times: each is chosen 900 times, with standard deviation 25. */
    @Test
    void eachRowIsAsLikelyAsAnyOther() {
        long[] times = new long[10];
        for (int seed = 0; seed < 3000; seed++) {
            for (long row : RandomRows.distinct(10, 3, Seeds.derive(seed, "test"))) {
                times[(int) row]++;
            }
        }
        assertThat(LongStream.of(times).boxed().toList()).allSatisfy(t -> assertThat(t).isBetween(800L, 1000L));
    }
}
