package org.flowprior.torch.data;

import java.util.Iterator;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.flowprior.torch.Generator;

/**
 * Some indices, each once and at random, as in PyTorch.
 *
 * @param indices the indices
 */
public record SubsetRandomSampler(long... indices) implements Sampler<Long> {

    @Override
    public Iterator<Long> pass(long number, Supplier<Generator> random) {
        return indices.length == 0 ? LongStream.empty().iterator()
                : RandomOrder.of(indices.length, random.get()).map(i -> indices[(int) i]).iterator();
    }

    @Override
    public long size() {
        return indices.length;
    }
}
