package org.flowprior.torch.data;

import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;

/**
 * Items by number: {@code torch.utils.data.Dataset}. An item is a tensor, a list, a map, an array or a record of
 * tensors, or anything else.
 *
 * <p>A {@link DataLoader} with workers reads on several threads at once. Random numbers of an item should depend on its
 * index only: then they are the same for any number of workers.
 *
 * @param <T> the items
 */
public interface Dataset<T> {

    /**
     * Returns an item. Tensors that are made here belong to the innermost scope.
     *
     * @param index in [0, size)
     * @throws IndexOutOfBoundsException for another index
     * @throws IOException               if the item cannot be read
     */
    T get(long index) throws IOException;

    /** Returns the number of items. */
    long size();

    /**
     * Returns this data for threads other than the caller's. A {@link DataLoader} with workers calls it at the start of
     * a pass, on the thread of the pass. A data set that holds tensors of a scope must override it; the data sets of
     * this package do.
     *
     * @param share makes another wrapper of a tensor, which any thread may read and the loader closes
     */
    default Dataset<T> forWorkers(UnaryOperator<Tensor> share) {
        return this;
    }

    /**
     * Returns the rows of tensors: item i is the list of {@code tensor[i]} of each. See {@link TensorDataset}.
     *
     * @param tensors each {@code [size, …]}; they stay the caller's
     * @throws IllegalArgumentException if there is none, or if they differ in size
     */
    static Dataset<List<Tensor>> of(Tensor... tensors) {
        return new TensorDataset(tensors);
    }

    /** Returns the elements of a list; tensors in them stay the caller's. */
    static <T> Dataset<T> of(List<T> items) {
        return new ListDataset<>(List.copyOf(items));
    }

    /** Returns the data sets one after the other: {@link ConcatDataset}. */
    static <T> Dataset<T> concat(List<? extends Dataset<T>> parts) {
        return new ConcatDataset<>(List.copyOf(parts));
    }

    /** Returns what the function makes of each item, each time that the item is asked for. */
    default <R> Dataset<R> map(Function<? super T, ? extends R> function) {
        return new MappedDataset<>(this, function);
    }

    /**
     * Returns the items at these indices, in this order: {@link Subset}.
     *
     * @throws IndexOutOfBoundsException if one is not in [0, size)
     */
    default Dataset<T> subset(long... indices) {
        return new Subset<>(this, indices);
    }

    /** Splits the data as {@link #randomSplit(long[], Generator)} does, with the default generator. */
    default List<Dataset<T>> randomSplit(long... lengths) {
        return randomSplit(lengths, null);
    }

    /**
     * Splits the data at random into parts that do not overlap: {@code random_split}, with the same parts as there.
     *
     * @param lengths   sizes of the parts, which add up to the size
     * @param generator a CPU generator; null for the default one
     * @throws IllegalArgumentException if they add up to another number, or one is negative
     */
    default List<Dataset<T>> randomSplit(long[] lengths, Generator generator) {
        return RandomSplit.of(this, lengths, generator);
    }

    /**
     * Splits the data as {@link #randomSplit(long[], Generator)} does, by shares. Sizes are rounded down; what remains
     * goes to the parts in turn, one item each.
     *
     * @param fractions each in [0, 1], with the sum 1
     * @throws IllegalArgumentException for other numbers
     */
    default List<Dataset<T>> randomSplit(double[] fractions, Generator generator) {
        return RandomSplit.of(this, RandomSplit.lengths(size(), fractions), generator);
    }

    /** Returns the numbers 0 to size - 1 as items, for a collate function that reads all rows of a batch at once. */
    static Dataset<Long> range(long size) {
        return new RangeDataset(size);
    }
}
