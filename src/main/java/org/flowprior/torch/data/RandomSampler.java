package org.flowprior.torch.data;

import java.util.Iterator;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Torch;

/**
 * Indices at random, in PyTorch's order for the same state of the generator.
 *
 * @param items       number of items
 * @param replacement whether an index may come again; if not, all come once before one comes twice
 * @param size        number of draws of a pass
 */
public record RandomSampler(long items, boolean replacement, long size) implements Sampler<Long> {

    /** Numbers that PyTorch draws at a time. */
    private static final long CHUNK = 32;

    /** Throws {@link IllegalArgumentException} unless both numbers are positive. */
    public RandomSampler {
        if (items < 1 || size < 1) {
            throw new IllegalArgumentException("a random sampler needs items and draws, not " + items + " and " + size);
        }
    }

    /** Makes a sampler that gives each index once. */
    public RandomSampler(long items) {
        this(items, false, items);
    }

    @Override
    public Iterator<Long> pass(long number, Supplier<Generator> random) {
        Generator generator = random.get();
        long step = replacement ? CHUNK : items;
        // The last draw may be of none, as in PyTorch, where an order that nobody reads moves the generator on.
        return LongStream.rangeClosed(0, size / step).flatMap(i -> draw(Math.min(step, size - i * step), generator))
                .iterator();
    }

    private LongStream draw(long count, Generator generator) {
        if (!replacement) {
            return RandomOrder.of(items, generator).limit(count);
        }
        try (Scope scope = Scope.open()) {
            return LongStream.of(Torch.randint(items, new long[] {count}, generator).toLongArray());
        }
    }
}
