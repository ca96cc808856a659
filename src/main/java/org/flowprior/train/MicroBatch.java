package org.flowprior.train;

import org.flowprior.torch.Tensor;

/**
 * A part of a batch that fits into memory.
 *
 * @param index which part, from 0
 * @param from  its first item
 * @param size  number of its items
 */
public record MicroBatch(int index, long from, long size) {

    /** The part of a tensor whose first dimension is the batch: a view {@code [size, …]}. */
    public Tensor of(Tensor batch) {
        return batch.narrow(0, from, size);
    }
}
