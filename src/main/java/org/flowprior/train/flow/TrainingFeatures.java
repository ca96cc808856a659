package org.flowprior.train.flow;

import java.util.stream.LongStream;
import org.flowprior.config.RequestException;
import org.flowprior.target.FeatureBank;
import org.flowprior.target.RowSource;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.train.RowSplit;

/**
 * The scaled features of a bank's training rows, to which a projection is fitted.
 *
 * @param draws generator of features of rows that are distributions, on the CPU
 */
record TrainingFeatures(FeatureBank bank, RowSplit split, double scaling, Generator draws) implements RowSource {

    @Override
    public long rows() {
        return split.training();
    }

    @Override
    public int dimension() {
        return bank.dimension();
    }

    @Override
    public Tensor block(long from, long count) {
        return Scope.returning(
                () -> read(bank, split.rows(LongStream.range(from, from + count).toArray()), draws).mul(scaling));
    }

    /**
     * Reads rows of a bank, unscaled.
     *
     * @return float32 [n, D] on the CPU
     * @throws RequestException with row and dimension of the first feature that is not finite
     */
    static Tensor read(FeatureBank bank, long[] rows, Generator draws) {
        Tensor features = bank.rows(rows, draws);
        try (Scope scope = Scope.open()) {
            Tensor bad = features.isfinite().logicalNot();
            if (bad.any().item() != 0) {
                long[] first = bad.nonzero().get(0).toLongArray();
                double value = features.get(first[0], first[1]).item();
                throw new RequestException(bank.directory() + ": row " + rows[(int) first[0]] + " is " + value
                        + " in dimension " + first[1] + "; no flow can be trained on that, so make the bank again "
                        + "without it");
            }
        }
        return features;
    }
}
