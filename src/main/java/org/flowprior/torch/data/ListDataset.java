package org.flowprior.torch.data;

import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.flowprior.torch.Tensor;

/** The elements of a list as items. */
record ListDataset<T>(List<T> items) implements Dataset<T> {

    @Override
    public T get(long index) {
        return items.get((int) Objects.checkIndex(index, (long) items.size()));
    }

    @Override
    public long size() {
        return items.size();
    }

    /** Each worker gets wrappers of its own, because the loader closes the tensors of a batch with its scope. */
    @Override
    public Dataset<T> forWorkers(UnaryOperator<Tensor> share) {
        return new ListDataset<>(items.stream().map(item -> TensorTree.map(item, share)).toList())
                .map(item -> TensorTree.map(item, Tensor::share));
    }
}
