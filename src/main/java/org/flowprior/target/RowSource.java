package org.flowprior.target;

import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** Samples that are read block by block, so that they need not fit in memory. */
public interface RowSource {

    /** Returns N, the number of rows. */
    long rows();

    /** Returns D, the numbers in a row. */
    int dimension();

    /**
     * Reads the rows {@code from} to {@code from + count}. Callers read every row once, in ascending order.
     *
     * @return float32, [count, D], in the innermost scope
     */
    Tensor block(long from, long count);

    /** Makes a source of the rows of one tensor, [N, D], which must stay open while the source is used. */
    static RowSource of(Tensor rows) {
        if (rows.dim() != 2) {
            throw new IllegalArgumentException("rows must be a tensor [N, D], not " + rows.signature());
        }
        return of(rows.size(0), Math.toIntExact(rows.size(1)), (from, count) -> Scope.returning(
                () -> rows.detach().narrow(0, from, count).to(DType.FLOAT32)));
    }

    /**
     * Makes a source of a bank's rows. Those of a Gaussian bank are drawn: two passes differ unless the generator is
     * set back.
     */
    static RowSource of(FeatureBank bank, Generator generator) {
        return of(bank.rows(), bank.dimension(), (from, count) -> bank.block(from, count, generator));
    }

    private static RowSource of(long rows, int dimension, BiFunction<Long, Long, Tensor> reader) {
        return new RowSource() {
            @Override
            public long rows() {
                return rows;
            }

            @Override
            public int dimension() {
                return dimension;
            }

            @Override
            public Tensor block(long from, long count) {
                return reader.apply(from, count);
            }
        };
    }

    /** Returns {@code count} rows from {@code first} on, for example a held-out part. */
    default RowSource part(long first, long count) {
        if (first < 0 || count < 0 || first > rows() - count) {
            throw new IndexOutOfBoundsException("rows " + first + " to " + (first + count) + " of " + rows());
        }
        return of(count, dimension(), (from, n) -> block(first + from, n));
    }

    /** Returns the rows after a map of [n, D] to [n, {@code dimension}], such as scaling and projection. */
    default RowSource through(UnaryOperator<Tensor> map, int dimension) {
        return of(rows(), dimension, (from, count) -> Scope.returning(() -> map.apply(block(from, count))));
    }
}
