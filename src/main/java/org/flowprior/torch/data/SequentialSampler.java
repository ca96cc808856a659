package org.flowprior.torch.data;

import java.util.Iterator;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.flowprior.torch.Generator;

/**
 * All indices in order, as in PyTorch.
 *
 * @param size number of items
 */
public record SequentialSampler(long size) implements Sampler<Long> {

    @Override
    public Iterator<Long> pass(long number, Supplier<Generator> random) {
        return LongStream.range(0, size).iterator();
    }
}
