package org.flowprior.torch.data;

import java.util.List;

/**
 * Makes a batch of items: {@code collate_fn}.
 *
 * <p>A loader finds the tensors of a batch in tensors, collections, maps, arrays and records, at any depth, and puts
 * them into the scope of the thread that takes the batch. Tensors in objects of other classes end with the scope in
 * which the batch is made, unless the function {@linkplain org.flowprior.torch.Tensor#keep keeps} them.
 *
 * @param <T> the items
 * @param <B> the batches
 */
@FunctionalInterface
public interface Collate<T, B> {

    /**
     * Makes a batch. Called in a scope of its own, with workers on one of their threads.
     *
     * @param items at least one
     */
    B batch(List<T> items);

    /**
     * PyTorch's {@code default_collate}: stacks tensors along a new first dimension; makes tensors of arrays (stacked),
     * of numbers (float64 of doubles, float32 of floats, int64 of whole ones) and of booleans; makes a list of strings;
     * and does so for each place of lists, arrays of objects, maps and records.
     *
     * <p>Batches have the type of the items if these are tensors, or lists, maps, arrays or records of tensors or
     * strings; the other types change. {@link #into} gives a record with numbers a type for its batches.
     *
     * @param <B> the batches; the caller says what the items give
     */
    @SuppressWarnings("unchecked")
    static <T, B> Collate<T, B> byDefault() {
        return items -> (B) DefaultCollate.batch(items);
    }

    /**
     * Collates records as {@link #byDefault} does, component by component, into a record of another type with as many
     * components: {@code record Example(float[] pixels, int label)} into {@code record Batch(Tensor pixels, Tensor
     * label)}.
     */
    static <T extends Record, B extends Record> Collate<T, B> into(Class<B> type) {
        return items -> DefaultCollate.records(items, type);
    }
}
