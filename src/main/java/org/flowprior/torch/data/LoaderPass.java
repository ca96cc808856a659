package org.flowprior.torch.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * A pass over a data set. Workers read the next batches, and the consumer takes them in order. A batch's tensors are
 * made in a scope, taken out of it, and put into the consumer's scope.
 */
final class LoaderPass<B> implements AutoCloseable {

    /** Reads a batch. */
    @FunctionalInterface
    interface Reader<B> {
        B read(long... indices) throws IOException;
    }

    /** A batch, and those of its tensors that were made with it. */
    private record Loaded<B>(B batch, List<Tensor> made) {

        B take() {
            made.forEach(Tensor::attach);
            return batch;
        }
    }

    private final class Task extends FutureTask<Loaded<B>> {

        private final long[] indices;
        private final boolean here;

        Task(boolean here, long... indices) {
            super(() -> load(indices));
            this.indices = indices;
            this.here = here;
        }
    }

    private final Iterator<long[]> indices;
    private final Reader<B> reader;
    /** Null if the consumer reads. */
    private final ExecutorService workers;
    private final int most;
    private final Deque<Task> ahead = new ArrayDeque<>();
    private volatile boolean abandoned;

    LoaderPass(Iterator<long[]> indices, Reader<B> reader, int workers, int most) {
        this.indices = indices;
        this.reader = reader;
        this.workers = workers == 0 ? null : Executors.newFixedThreadPool(workers, Thread.ofPlatform()
                .name("loader-", 0).daemon().factory());
        this.most = most;
    }

    private Loaded<B> load(long... batch) throws IOException {
        if (abandoned) {
            return null;
        }
        try (Scope scope = Scope.open()) {
            B read = reader.read(batch);
            List<Tensor> made = new ArrayList<>();
            TensorTree.forEach(read, tensor -> {
                if (scope.owns(tensor)) {
                    made.add(tensor.keep());
                }
            });
            return new Loaded<>(read, made);
        }
    }

    /** Lets workers read until enough batches are ready or being read. */
    private void fill() {
        while (ahead.size() < most && indices.hasNext()) {
            Task task = new Task(workers == null, indices.next());
            ahead.add(task);
            if (workers != null) {
                workers.execute(task);
            }
        }
    }

    boolean hasNext() {
        if (ahead.isEmpty() || workers != null) {
            fill();
        }
        return !ahead.isEmpty();
    }

    /** Returns the next batch. If it cannot be read, the next call tries again. */
    B next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the pass has ended");
        }
        Task task = ahead.getFirst();
        if (task.here) {
            task.run();
        }
        try {
            Loaded<B> loaded = task.get();
            ahead.removeFirst();
            if (workers != null) {
                fill();
            }
            return loaded.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a batch", e);
        } catch (ExecutionException e) {
            ahead.removeFirst();
            ahead.addFirst(new Task(true, task.indices));
            throw switch (e.getCause()) {
                case Error error -> throw error;
                case RuntimeException failure -> failure;
                case IOException unreadable -> new UncheckedIOException(unreadable.getMessage(), unreadable);
                default -> new IllegalStateException(e.getCause());
            };
        }
    }

    /** Ends the workers, after the batches that they are reading now, and frees what nobody took. */
    @Override
    public void close() {
        abandoned = true;
        if (workers != null) {
            workers.close();
        }
        for (Task task : ahead) {
            if (task.state() == Future.State.SUCCESS && task.resultNow() != null) {
                task.resultNow().made().forEach(Tensor::close);
            }
        }
        ahead.clear();
    }
}
