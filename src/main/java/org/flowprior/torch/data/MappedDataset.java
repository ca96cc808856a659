package org.flowprior.torch.data;

import java.io.IOException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.flowprior.torch.Tensor;

/** What a function makes of the items of another data set. */
record MappedDataset<T, R>(Dataset<T> all, Function<? super T, ? extends R> function) implements Dataset<R> {

    @Override
    public R get(long index) throws IOException {
        return function.apply(all.get(index));
    }

    @Override
    public long size() {
        return all.size();
    }

    @Override
    public Dataset<R> forWorkers(UnaryOperator<Tensor> share) {
        return new MappedDataset<>(all.forWorkers(share), function);
    }
}
