package org.flowprior.torch.data;

import java.util.Iterator;
import java.util.function.Supplier;
import org.flowprior.torch.Generator;

/**
 * The order of items: {@code torch.utils.data.Sampler}. A sampler has no state: the number of a pass and a generator in
 * a given state fix the pass, so that a loader can continue in the middle of it.
 *
 * @param <I> {@link Long}, an index, or {@code long[]}, the indices of a batch
 */
public interface Sampler<I> {

    /**
     * Begins a pass.
     *
     * @param number of the pass, from 0
     * @param random gives the CPU generator of the pass; not called by samplers without random numbers. The loader owns
     *               it
     */
    Iterator<I> pass(long number, Supplier<Generator> random);

    /** Returns the number of elements of a pass; {@link Long#MAX_VALUE} for a pass without end. */
    long size();
}
