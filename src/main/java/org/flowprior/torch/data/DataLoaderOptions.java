package org.flowprior.torch.data;

import org.flowprior.torch.Generator;

/**
 * Options of a {@link DataLoader}, with PyTorch's names and defaults.
 *
 * @param batchSize      items of a batch, at least 1
 * @param shuffle        whether each pass has an order of its own, drawn by a {@link RandomSampler}
 * @param seed           seed of a CPU generator that the loader owns; null for none
 * @param generator      a CPU generator, which stays the caller's; null for one of the loader, seeded with {@code seed}
 *                       or, as in PyTorch, by the default generator in each pass
 * @param sampler        the order of the items; null for all, in order or shuffled
 * @param batchSampler   the indices of each batch, in place of sampler and sizes; null for none
 * @param workers        threads that read ahead; 0: the caller's thread reads
 * @param prefetchFactor batches that are ready or being read for each worker, at least 1
 * @param dropLast       whether to leave out a last batch that is not full
 */
public record DataLoaderOptions(int batchSize, boolean shuffle, Long seed, Generator generator, Sampler<Long> sampler,
        Sampler<long[]> batchSampler, int workers, int prefetchFactor, boolean dropLast) {

    /** Batches of one item, in order, read by the caller's thread. */
    public static final DataLoaderOptions DEFAULTS = new DataLoaderOptions(1, false, null, null, null, null, 0, 2,
            false);

    /** Throws {@link IllegalArgumentException} for numbers out of range and for options that exclude each other. */
    public DataLoaderOptions {
        if (batchSize < 1 || workers < 0 || prefetchFactor < 1) {
            throw new IllegalArgumentException("a loader has batches of at least one item, no negative number of "
                    + "workers and a prefetch factor of at least 1, not " + batchSize + ", " + workers + " and "
                    + prefetchFactor);
        }
        if (sampler != null && shuffle || seed != null && generator != null) {
            throw new IllegalArgumentException("a loader has either " + (shuffle ? "a sampler or shuffle"
                    : "a seed or a generator") + ", not both");
        }
        if (batchSampler != null && (batchSize != 1 || shuffle || sampler != null || dropLast)) {
            throw new IllegalArgumentException("a loader with a batch sampler has no batchSize, shuffle, sampler or "
                    + "dropLast of its own");
        }
    }

    /** Returns the options for batches of that size. */
    public static DataLoaderOptions batchSize(int items) {
        return DEFAULTS.withBatchSize(items);
    }

    /** Changes the number of items of a batch. */
    public DataLoaderOptions withBatchSize(int value) {
        return new DataLoaderOptions(value, shuffle, seed, generator, sampler, batchSampler, workers, prefetchFactor,
                dropLast);
    }

    /** Changes whether each pass has an order of its own. */
    public DataLoaderOptions withShuffle(boolean value) {
        return new DataLoaderOptions(batchSize, value, seed, generator, sampler, batchSampler, workers, prefetchFactor,
                dropLast);
    }

    /** Gives the loader a generator of its own with that seed. */
    public DataLoaderOptions withSeed(long value) {
        return new DataLoaderOptions(batchSize, shuffle, value, generator, sampler, batchSampler, workers,
                prefetchFactor, dropLast);
    }

    /** Changes the generator. */
    public DataLoaderOptions withGenerator(Generator value) {
        return new DataLoaderOptions(batchSize, shuffle, seed, value, sampler, batchSampler, workers, prefetchFactor,
                dropLast);
    }

    /** Changes the order of the items. */
    public DataLoaderOptions withSampler(Sampler<Long> value) {
        return new DataLoaderOptions(batchSize, shuffle, seed, generator, value, batchSampler, workers, prefetchFactor,
                dropLast);
    }

    /** Changes the indices of batches. */
    public DataLoaderOptions withBatchSampler(Sampler<long[]> value) {
        return new DataLoaderOptions(batchSize, shuffle, seed, generator, sampler, value, workers, prefetchFactor,
                dropLast);
    }

    /** Changes the number of threads that read ahead. */
    public DataLoaderOptions withWorkers(int value) {
        return new DataLoaderOptions(batchSize, shuffle, seed, generator, sampler, batchSampler, value, prefetchFactor,
                dropLast);
    }

    /** Changes the number of batches for each worker. */
    public DataLoaderOptions withPrefetchFactor(int value) {
        return new DataLoaderOptions(batchSize, shuffle, seed, generator, sampler, batchSampler, workers, value,
                dropLast);
    }

    /** Changes whether a last batch that is not full is left out. */
    public DataLoaderOptions withDropLast(boolean value) {
        return new DataLoaderOptions(batchSize, shuffle, seed, generator, sampler, batchSampler, workers,
                prefetchFactor, value);
    }

    /** Returns the sampler of batches that the options describe, for that number of items. */
    Sampler<long[]> batches(long items) {
        return batchSampler != null ? batchSampler : new BatchSampler(sampler != null ? sampler
                : shuffle ? new RandomSampler(items) : new SequentialSampler(items), batchSize, dropLast);
    }
}
