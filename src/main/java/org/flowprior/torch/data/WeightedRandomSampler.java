package org.flowprior.torch.data;

import java.util.Iterator;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Indices drawn with probabilities in proportion to weights, as in PyTorch.
 *
 * @param weights     of the items, not negative
 * @param size        number of draws of a pass
 * @param replacement whether an index may come again
 */
public record WeightedRandomSampler(double[] weights, long size, boolean replacement) implements Sampler<Long> {

    /** Throws {@link IllegalArgumentException} unless the number of draws is positive. */
    public WeightedRandomSampler {
        if (size < 1) {
            throw new IllegalArgumentException("a sampler needs at least one draw, not " + size);
        }
    }

    /** Makes a sampler with replacement. */
    public WeightedRandomSampler(double[] weights, long size) {
        this(weights, size, true);
    }

    @Override
    public Iterator<Long> pass(long number, Supplier<Generator> random) {
        try (Scope scope = Scope.open()) {
            return LongStream.of(Tensor.of(weights).multinomial(size, replacement, random.get()).toLongArray())
                    .iterator();
        }
    }
}
