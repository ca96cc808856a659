package org.flowprior.torch.data;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.flowprior.torch.Generator;

/**
 * Batches of the indices of another sampler, as in PyTorch.
 *
 * @param sampler   the order of the indices
 * @param batchSize indices of a batch, at least 1
 * @param dropLast  whether to leave out a last batch that is not full
 */
public record BatchSampler(Sampler<Long> sampler, int batchSize, boolean dropLast) implements Sampler<long[]> {

    /** Throws {@link IllegalArgumentException} unless the size of a batch is positive. */
    public BatchSampler {
        if (batchSize < 1) {
            throw new IllegalArgumentException("a batch has at least one item, not " + batchSize);
        }
    }

    @Override
    public Iterator<long[]> pass(long number, Supplier<Generator> random) {
        Iterator<Long> indices = sampler.pass(number, random);
        return new Iterator<>() {

            private long[] next = read();

            private long[] read() {
                long[] batch = new long[batchSize];
                int count = 0;
                while (count < batchSize && indices.hasNext()) {
                    batch[count++] = indices.next();
                }
                return count == batchSize ? batch : count == 0 || dropLast ? null : Arrays.copyOf(batch, count);
            }

            @Override
            public boolean hasNext() {
                return next != null;
            }

            @Override
            public long[] next() {
                if (next == null) {
                    throw new NoSuchElementException("the pass has ended");
                }
                long[] batch = next;
                next = read();
                return batch;
            }
        };
    }

    @Override
    public long size() {
        long full = sampler.size() / batchSize;
        return dropLast || sampler.size() % batchSize == 0 ? full : full + 1;
    }
}
