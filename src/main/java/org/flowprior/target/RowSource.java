package org.flowprior.target;

import java.util.function.UnaryOperator;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** Samples that are read block by block, so that they need not fit in memory. */
public interface RowSource {

    /** N, number of rows. */
    long rows();

    /** D, numbers in a row. */
    int dimension();

    /**
     * Rows {@code from} to {@code from + count}. Readers ask for every row once, in ascending order.
     *
     * @return float32, [count, D], in the innermost scope
     */
    Tensor block(long from, long count);

    /** The rows of one tensor, [N, D], which must stay open while the source is used. */
    static RowSource of(Tensor rows) {
        long[] shape = rows.shape();
        if (shape.length != 2) {
            throw new IllegalArgumentException("rows must be a tensor [N, D], not " + rows.signature());
        }
        return new RowSource() {
            @Override
            public long rows() {
                return shape[0];
            }

            @Override
            public int dimension() {
                return Math.toIntExact(shape[1]);
            }

            @Override
            public Tensor block(long from, long count) {
                return Scope.returning(() -> rows.detach().narrow(0, from, count).to(DType.FLOAT32));
            }
        };
    }

    /** The bank's rows; those of a Gaussian bank are drawn: two passes differ unless the generator is set back. */
    static RowSource of(FeatureBank bank, Generator generator) {
        return new RowSource() {
            @Override
            public long rows() {
                return bank.rows();
            }

            @Override
            public int dimension() {
                return bank.dimension();
            }

            @Override
            public Tensor block(long from, long count) {
                return bank.block(from, count, generator);
            }
        };
    }

    /** Only the rows from {@code first} on, {@code count} of them: a held-out part, for one. */
    default RowSource part(long first, long count) {
        if (first < 0 || count < 0 || first > rows() - count) {
            throw new IndexOutOfBoundsException("rows " + first + " to " + (first + count) + " of " + rows());
        }
        RowSource whole = this;
        return new RowSource() {
            @Override
            public long rows() {
                return count;
            }

            @Override
            public int dimension() {
                return whole.dimension();
            }

            @Override
            public Tensor block(long from, long n) {
                return whole.block(first + from, n);
            }
        };
    }

    /** The rows after a map of [n, D] to [n, {@code dimension}], such as scaling and projection. */
    default RowSource through(UnaryOperator<Tensor> map, int dimension) {
        RowSource before = this;
        return new RowSource() {
            @Override
            public long rows() {
                return before.rows();
            }

            @Override
            public int dimension() {
                return dimension;
            }

            @Override
            public Tensor block(long from, long count) {
                return Scope.returning(() -> map.apply(before.block(from, count)));
            }
        };
    }
}
