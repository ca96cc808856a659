package org.flowprior.train;

import org.flowprior.torch.Tensor;

/**
 * A part of a batch that fits into memory.
 *
 * @param index number of the part, from 0
 * @param from  number of its first item in the batch, from 0
 * @param size  number of its items
 */
public record MicroBatch(int index, long from, long size) {

    /** Returns this part of a tensor whose first dimension is the batch: a view {@code [size, …]}. */
    public Tensor of(Tensor batch) {
        return batch.narrow(0, from, size);
    }
}
