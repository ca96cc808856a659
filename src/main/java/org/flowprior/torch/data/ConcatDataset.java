package org.flowprior.torch.data;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.flowprior.torch.Tensor;

/**
 * Data sets one after the other, as in PyTorch.
 *
 * @param <T>   the items
 * @param parts the data sets
 */
public record ConcatDataset<T>(List<? extends Dataset<T>> parts) implements Dataset<T> {

    /** Throws {@link IllegalArgumentException} if there is none. */
    public ConcatDataset {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("there is no data set to put after another");
        }
    }

    @Override
    public T get(long index) throws IOException {
        long rest = Objects.checkIndex(index, size());
        int part = 0;
        while (rest >= parts.get(part).size()) {
            rest -= parts.get(part++).size();
        }
        return parts.get(part).get(rest);
    }

    @Override
    public long size() {
        return parts.stream().mapToLong(Dataset::size).sum();
    }

    @Override
    public Dataset<T> forWorkers(UnaryOperator<Tensor> share) {
        return new ConcatDataset<>(parts.stream().map(part -> part.forWorkers(share)).toList());
    }
}
