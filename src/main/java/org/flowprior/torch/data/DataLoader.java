package org.flowprior.torch.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Reads a data set in batches: {@code torch.utils.data.DataLoader}.
 *
 * <pre>{@code
 * try (var loader = DataLoader.of(Dataset.of(images, labels), DataLoaderOptions.batchSize(64).withShuffle(true))) {
 *     loader.forEach(batch -> train(batch.get(0), batch.get(1))); // a pass; each batch in a scope of its own
 * }
 * }</pre>
 *
 * <p>The order of the batches is PyTorch's for the same state of the generator. It does not depend on the number of
 * workers, and continues exactly from {@link #state}. At most {@code workers * prefetchFactor} batches are ready or being
 * read ahead. An exception of a worker is thrown where its batch would be returned; the position stays there.
 *
 * <p>A batch's tensors belong to the innermost scope of the thread that takes it; outside every scope, to the caller. Use
 * a loader from one thread. Closing it ends the workers and frees what nobody took.
 *
 * @param <T> the items
 * @param <B> the batches
 */
public final class DataLoader<T, B> implements Iterable<B>, AutoCloseable {

    private final Dataset<T> dataset;
    private final DataLoaderOptions options;
    /** Null for a loader of items without batches. */
    private final Collate<T, B> collate;
    private final Sampler<long[]> batches;
    /** The generator of all passes, or null. */
    private final Generator lasting;
    /** The generator of this pass, if there is none of all. */
    private Generator fresh;
    private final List<Tensor> shared = new ArrayList<>();
    private LoaderPass<B> pass;
    private DataLoaderState state = DataLoaderState.START;
    private boolean closed;

    /**
     * Makes a loader at the start of the first pass. The data set stays the caller's.
     *
     * @param collate makes a batch of items
     * @throws IllegalArgumentException for an empty data set with random order
     */
    public DataLoader(Dataset<T> dataset, DataLoaderOptions options, Collate<T, B> collate) {
        this.dataset = dataset;
        this.options = options;
        this.collate = collate;
        this.batches = options.batches(dataset.size());
        this.lasting = options.seed() == null ? options.generator() : Generator.seeded(options.seed());
    }

    /** Makes a loader whose batches {@link Collate#byDefault} makes, for items that keep their type by it. */
    public static <T> DataLoader<T, T> of(Dataset<T> dataset, DataLoaderOptions options) {
        return new DataLoader<>(dataset, options, Collate.byDefault());
    }

    /** Makes a loader as {@link #of(Dataset, DataLoaderOptions)} does. */
    public static <T> DataLoader<T, T> of(Dataset<T> dataset, int batchSize, boolean shuffle) {
        return of(dataset, DataLoaderOptions.batchSize(batchSize).withShuffle(shuffle));
    }

    /**
     * Makes a loader of single items, as {@code batch_size=None} does.
     *
     * @param options with a batch size of 1
     */
    public static <T> DataLoader<T, T> items(Dataset<T> dataset, DataLoaderOptions options) {
        if (options.batchSize() != 1 || options.batchSampler() != null) {
            throw new IllegalArgumentException("a loader of single items has no batches");
        }
        return new DataLoader<>(dataset, options, null);
    }

    /** Returns the number of batches of a pass: {@code len(loader)}. */
    public long size() {
        return batches.size();
    }

    // ---- passes ----------------------------------------------------------------------------------------------------

    /**
     * Begins a pass. After {@link #load}, the first call continues the loaded one. An unfinished pass ends, and so does
     * its iterator.
     */
    @Override
    public Iterator<B> iterator() {
        if (pass != null) {
            end();
        }
        begin();
        LoaderPass<B> mine = pass;
        return new Iterator<>() {

            private boolean ended;

            @Override
            public boolean hasNext() {
                if (!ended && pass != mine) {
                    throw new IllegalStateException("another pass of this loader has begun");
                }
                if (!ended && !mine.hasNext()) {
                    ended = true;
                    end();
                }
                return !ended;
            }

            @Override
            public B next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("the pass has ended");
                }
                return take();
            }
        };
    }

    /** Passes the batches of {@link #iterator} to the function, each in a scope of its own. */
    @Override
    public void forEach(Consumer<? super B> consumer) {
        Iterator<B> all = iterator();
        while (all.hasNext()) {
            try (Scope scope = Scope.open()) {
                consumer.accept(all.next());
            }
        }
    }

    /**
     * Returns the next batch, after the last of a pass the first of the next pass.
     *
     * @throws NoSuchElementException if a pass has no batch
     */
    public B next() {
        if (pass == null) {
            begin();
        }
        if (!pass.hasNext()) {
            end();
            begin();
        }
        if (!pass.hasNext()) {
            throw new NoSuchElementException("the data set of " + dataset.size() + " items fills no batch");
        }
        return take();
    }

    private B take() {
        B batch = pass.next();
        state = new DataLoaderState(state.pass(), state.index() + 1, state.random());
        return batch;
    }

    private void begin() {
        if (closed) {
            throw new IllegalStateException("this loader is closed");
        }
        boolean drawn = state.index() > 0;
        if (lasting != null) {
            if (state.random().length > 0) {
                setState(lasting);
            }
            state = new DataLoaderState(state.pass(), state.index(), stateOf(lasting));
        }
        if (options.sampler() == null && options.batchSampler() == null && (lasting != null || !drawn)) {
            draw(lasting); // the seed of PyTorch's workers
        }
        Iterator<long[]> indices = batches.pass(state.pass(), this::random);
        for (long i = 0; i < state.index(); i++) {
            if (!indices.hasNext()) {
                throw new IllegalArgumentException("the loader's position is batch " + state.index() + " of a pass of "
                        + i + "; it is not the data of the saved run");
            }
            indices.next();
        }
        boolean alone = options.workers() == 0;
        Dataset<T> data = alone ? dataset : dataset.forWorkers(this::share);
        pass = new LoaderPass<>(indices, batch -> read(data, batch), options.workers(),
                alone ? 1 : options.workers() * options.prefetchFactor());
    }

    @SuppressWarnings("unchecked")
    private B read(Dataset<T> from, long... indices) throws IOException {
        if (collate == null) {
            return (B) from.get(indices[0]);
        }
        List<T> items = new ArrayList<>(indices.length);
        for (long index : indices) {
            items.add(from.get(index));
        }
        return collate.batch(items);
    }

    private Tensor share(Tensor tensor) {
        Tensor wrapper = tensor.share().keep();
        shared.add(wrapper);
        return wrapper;
    }

    /** Ends this pass; the next one comes after it. */
    private void end() {
        drop();
        state = new DataLoaderState(state.pass() + 1, 0);
    }

    private void drop() {
        if (pass != null) {
            pass.close();
            pass = null;
        }
        shared.forEach(Tensor::close);
        shared.clear();
        if (fresh != null) {
            fresh.close();
            fresh = null;
        }
    }

    // ---- random numbers --------------------------------------------------------------------------------------------

    private Generator random() {
        if (lasting != null) {
            return lasting;
        }
        if (fresh == null) {
            if (state.random().length > 0) {
                fresh = Generator.seeded(0);
                setState(fresh);
            } else {
                fresh = Generator.seeded(draw(null));
                state = new DataLoaderState(state.pass(), state.index(), stateOf(fresh));
            }
        }
        return fresh;
    }

    private static long draw(Generator generator) {
        try (Scope scope = Scope.open()) {
            return Torch.empty(new long[0], DType.INT64).random_(generator).itemNumber().longValue();
        }
    }

    private void setState(Generator generator) {
        try (Scope scope = Scope.open()) {
            generator.setState(Tensor.of(state.random()));
        }
    }

    private static byte[] stateOf(Generator generator) {
        try (Scope scope = Scope.open()) {
            return generator.state().toByteArray();
        }
    }

    // ---- position --------------------------------------------------------------------------------------------------

    /** Returns the position of the next batch. */
    public DataLoaderState state() {
        return pass != null || lasting == null || state.random().length > 0 ? state
                : new DataLoaderState(state.pass(), state.index(), stateOf(lasting));
    }

    /** Continues from a position of a loader with the same data and options. */
    public void load(DataLoaderState position) {
        drop();
        state = position;
    }

    /** Ends the workers and frees the batches that nobody took. The data set stays open. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        drop();
        if (options.seed() != null) {
            lasting.close();
        }
    }
}
