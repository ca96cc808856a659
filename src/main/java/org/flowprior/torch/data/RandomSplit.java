package org.flowprior.torch.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.flowprior.torch.Generator;

/** Parts of a data set, as {@code torch.utils.data.random_split} draws them. */
final class RandomSplit {

    private RandomSplit() {}

    /** Returns the sizes of parts with these shares: rounded down, and what remains to the parts in turn. */
    static long[] lengths(long size, double... fractions) {
        double sum = DoubleStream.of(fractions).sum();
        if (!(Math.abs(sum - 1) <= 1e-9) || DoubleStream.of(fractions).anyMatch(f -> !(f >= 0 && f <= 1))) {
            throw new IllegalArgumentException("fractions of a data set are in [0, 1] and add up to 1, not "
                    + Arrays.toString(fractions));
        }
        long[] lengths = DoubleStream.of(fractions).mapToLong(f -> (long) Math.floor(size * f)).toArray();
        long rest = size - LongStream.of(lengths).sum();
        for (int i = 0; i < rest; i++) {
            lengths[i % lengths.length]++;
        }
        return lengths;
    }

    static <T> List<Dataset<T>> of(Dataset<T> all, long[] lengths, Generator generator) {
        if (LongStream.of(lengths).anyMatch(n -> n < 0) || LongStream.of(lengths).sum() != all.size()) {
            throw new IllegalArgumentException("the parts of a data set of " + all.size() + " items cannot have "
                    + Arrays.toString(lengths));
        }
        long[] order = RandomOrder.of(all.size(), generator).toArray();
        List<Dataset<T>> parts = new ArrayList<>();
        int from = 0;
        for (long length : lengths) {
            parts.add(all.subset(Arrays.copyOfRange(order, from, from + (int) length)));
            from += (int) length;
        }
        return List.copyOf(parts);
    }
}
