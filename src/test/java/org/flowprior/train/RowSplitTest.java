package org.flowprior.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.flowprior.config.RequestException;
import org.flowprior.data.RandomRows;
import org.flowprior.torch.Seeds;
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

    @Test
    void halfOfTheRowsMustStayAndTheLeast() {
        RowSplit.Whole even = new RowSplit.Whole("bank", 20, "rows", "another", 2);

        assertThat(RowSplit.holdingOut(even, 10, 3).heldOut()).isEqualTo(RowSplit.of(20, 10, 3).heldOut());
        assertThatThrownBy(() -> RowSplit.holdingOut(even, 11, 3)).isInstanceOf(RequestException.class)
                .hasMessage("bank has 20 rows: holding out 11 (evaluation.rows) leaves too few to train on; lower it, "
                        + "or name another");
        assertThat(RowSplit.holdingOut(new RowSplit.Whole("bank", 2, "images", "another", 1), 1, 3).training())
                .isEqualTo(1);
        assertThatThrownBy(() -> RowSplit.holdingOut(new RowSplit.Whole("bank", 2, "rows", "another", 2), 1, 3))
                .isInstanceOf(RequestException.class);
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
