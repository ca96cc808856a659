package org.flowprior.torch.data;

import java.io.IOException;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.flowprior.torch.Tensor;

/**
 * Some items of another data set, as in PyTorch.
 *
 * @param <T>     the items
 * @param all     the other data set
 * @param indices places of the items there
 */
public record Subset<T>(Dataset<T> all, long... indices) implements Dataset<T> {

    /** Throws {@link IndexOutOfBoundsException} for an index that is not in [0, size). */
    public Subset {
        for (long index : indices) {
            Objects.checkIndex(index, all.size());
        }
    }

    @Override
    public T get(long index) throws IOException {
        return all.get(indices[(int) Objects.checkIndex(index, size())]);
    }

    @Override
    public long size() {
        return indices.length;
    }

    @Override
    public Dataset<T> forWorkers(UnaryOperator<Tensor> share) {
        return new Subset<>(all.forWorkers(share), indices);
    }
}
