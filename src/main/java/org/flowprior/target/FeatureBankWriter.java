package org.flowprior.target;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.flowprior.shards.PartialStore;
import org.flowprior.shards.RunningMoments;
import org.flowprior.shards.Shard;
import org.flowprior.shards.StoreFormat;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;

/**
 * Writes a {@link FeatureBank}, with at most one shard of it in memory. It writes to a hidden directory beside the
 * target and renames it at the end, so that a failure leaves no bank. If a writer was killed, the next writer of the
 * same bank removes its files.
 *
 * <pre>{@code
 * try (var writer = new FeatureBankWriter(directory, Options.of("Qwen2.5-0.5B token embeddings"))) {
 *     writer.add(rows);
 *     try (FeatureBank bank = writer.finish()) { ... }
 * }
 * }</pre>
 */
public final class FeatureBankWriter implements AutoCloseable {

    /**
     * How a bank is written.
     *
     * @param rowsPerShard most rows in a file and in memory, at least 1; fewer if they had more than 256 MiB
     * @param dtype        element type on disk: float32, bfloat16 or float16
     * @param gaussian     whether rows are mean and log-variance
     * @param scaling      factor for readers of the rows; null for one over the pooled deviation
     * @param source       where the features come from, free text
     */
    public record Options(int rowsPerShard, DType dtype, boolean gaussian, Double scaling, String source) {

        /** Throws {@link IllegalArgumentException} for values outside these bounds. */
        public Options {
            if (rowsPerShard < 1 || !StoreFormat.DTYPES.contains(dtype)) {
                throw new IllegalArgumentException("a bank has at least one row in a shard, not " + rowsPerShard
                        + ", and is float32, bfloat16 or float16, not " + dtype);
            }
            StoreFormat.requireScaling(scaling);
            Objects.requireNonNull(source, "source");
        }

        /** Sets plain float32 features, 65,536 in a shard, to be scaled to unit deviation. */
        public static Options of(String source) {
            return new Options(65_536, DType.FLOAT32, false, null, source);
        }

        /** Changes the number of rows in a shard. */
        public Options withRowsPerShard(int rows) {
            return new Options(rows, dtype, gaussian, scaling, source);
        }

        /** Changes the element type. */
        public Options withDtype(DType other) {
            return new Options(rowsPerShard, other, gaussian, scaling, source);
        }

        /** Changes whether rows are mean and log-variance. */
        public Options withGaussian(boolean enabled) {
            return new Options(rowsPerShard, dtype, enabled, scaling, source);
        }

        /** Changes the scaling. */
        public Options withScaling(Double factor) {
            return new Options(rowsPerShard, dtype, gaussian, factor, source);
        }
    }

    private static final long CHUNK = 1 << 22;
    /** Bytes of a shard, unless it has only one row: 65,536 rows of 1,024 numbers of float32. */
    private static final long SHARD = 1 << 28;

    private final Options options;
    private final PartialStore store;
    private Tensor buffer;
    private int filled;
    private int width;
    private int shardRows;
    private long rows;
    private RunningMoments moments;

    /**
     * Begins a bank in a directory, and creates missing parents.
     *
     * @throws IllegalArgumentException when the directory exists, or another process is writing the same bank
     * @throws UncheckedIOException     when a file cannot be written
     */
    public FeatureBankWriter(Path directory, Options options) {
        this.options = options;
        store = PartialStore.beside(directory);
    }

    /**
     * Takes rows.
     *
     * @param rows floating point, [n, D], or [n, 2D] for a Gaussian bank; on any device
     * @throws IllegalArgumentException for another width than before, and for a NaN or an infinity, with its place; the
     *                                  writer can then only be closed
     * @throws UncheckedIOException     when a file cannot be written
     */
    public void add(Tensor rows) {
        store.requireOpen("bank");
        requireFitting(rows);
        try (NoGrad noGrad = new NoGrad()) {
            long step = Math.max(1, CHUNK / width);
            for (long from = 0; from < rows.size(0); from += step) {
                try (Scope scope = Scope.open()) {
                    Tensor chunk = rows.detach().narrow(0, from, Math.min(step, rows.size(0) - from));
                    addChunk(chunk.to(Device.CPU, rows.dtype()));
                }
            }
        }
    }

    private void requireFitting(Tensor rows) {
        long[] shape = rows.shape();
        if (shape.length != 2 || shape[1] == 0 || !rows.dtype().isFloatingPoint()) {
            throw new IllegalArgumentException("a bank takes floating-point rows [n, D], not " + rows.signature());
        }
        if (width == 0) {
            StoreFormat.requireWidth(options.gaussian(), shape[1], "rows");
            width = Math.toIntExact(shape[1]);
            shardRows = rowsPerShard(options, width);
            moments = new RunningMoments(options.gaussian() ? width / 2 : width);
            try (Scope scope = Scope.open()) {
                buffer = Torch.empty(new long[] {0, width}, options.dtype()).keep();
            }
        } else if (shape[1] != width) {
            throw new IllegalArgumentException("rows of width " + shape[1] + " came after rows of width " + width);
        }
    }

    /** Returns the rows in a shard, bounded by number and by bytes. */
    static int rowsPerShard(Options options, int width) {
        long bytes = (long) width * options.dtype().bytes();
        return (int) Math.min(options.rowsPerShard(), Math.max(1, SHARD / bytes));
    }

    private void addChunk(Tensor given) {
        Tensor chunk = given.to(options.dtype());
        requireFinite(given, chunk);
        Tensor exact = chunk.to(DType.FLOAT64);
        if (options.gaussian()) {
            moments.add(exact.narrow(1, 0, width / 2), StoreFormat.logVariances(exact).exp_());
        } else {
            moments.add(exact, null);
        }
        for (long done = 0; done < chunk.size(0);) {
            long n = Math.min(chunk.size(0) - done, shardRows - filled);
            reserve(filled + n);
            buffer.narrow(0, filled, n).copy_(chunk.narrow(0, done, n));
            filled += (int) n;
            done += n;
            if (filled == shardRows) {
                flush();
            }
        }
        rows += chunk.size(0);
    }

    /** Makes room for that many rows: twice the old room or more, and never more than a shard has. */
    private void reserve(long needed) {
        if (needed > buffer.size(0)) {
            long room = Math.min(shardRows, Math.max(needed, 2 * buffer.size(0)));
            Tensor larger = Torch.empty(new long[] {room, width}, options.dtype());
            larger.narrow(0, 0, filled).copy_(buffer.narrow(0, 0, filled));
            buffer.close();
            buffer = larger.keep();
        }
    }

    private void requireFinite(Tensor given, Tensor chunk) {
        long[] at = StoreFormat.firstNotFinite(chunk);
        if (at == null) {
            return;
        }
        double value = given.get(at).item();
        throw new IllegalArgumentException("row " + (rows + at[0]) + ", dimension " + at[1] + " is " + value
                + (Double.isFinite(value) ? ", too large for " + options.dtype() + "; bfloat16 and float32 hold it"
                        : "; a bank takes finite features only"));
    }

    private void flush() {
        try (Scope scope = Scope.open()) {
            // finish() adds the number of shards to the names.
            String name = "features-" + (store.shards().size() + 1);
            Safetensors.write(store.resolve(name), Map.of(BankDescription.TENSOR, buffer.narrow(0, 0, filled)));
            store.shards().add(new Shard(name, filled));
            filled = 0;
        }
    }

    /** Returns the number of rows so far. */
    public long rows() {
        return rows;
    }

    /**
     * Writes the last shard, moves the bank to its place, and opens it.
     *
     * @throws IllegalArgumentException for fewer than two rows, and if all numbers are the same
     * @throws UncheckedIOException     when a file cannot be written
     */
    public FeatureBank finish() {
        store.requireOpen("bank");
        if (rows < 2) {
            throw new IllegalArgumentException(store.target() + ": a bank needs at least two rows, not " + rows);
        }
        double floor = options.gaussian() ? Math.exp(StoreFormat.LOWEST_LOG_VARIANCE) : 0;
        BankStatistics statistics = BankStatistics.of(moments, floor);
        if (!(statistics.pooledStd() > 0)) {
            throw new IllegalArgumentException(store.target() + ": all numbers of the bank are "
                    + statistics.pooledMean() + ", which is not a distribution");
        }
        if (filled > 0) {
            flush();
        }
        List<Shard> named = new ArrayList<>();
        store.write(() -> {
            for (Shard shard : store.shards()) {
                String name = BankDescription.shardName(named.size() + 1, store.shards().size());
                store.rename(shard.file(), name);
                named.add(new Shard(name, shard.rows()));
            }
        });
        double scaling = options.scaling() == null ? 1 / statistics.pooledStd() : options.scaling();
        store.publish(BankDescription.FILE, new BankDescription(rows, width, options.dtype(), options.gaussian(), named,
                statistics, scaling, options.source()).json());
        release();
        return FeatureBank.open(store.target());
    }

    private void release() {
        if (buffer != null) {
            buffer.close();
            buffer = null;
        }
    }

    /** Removes the written files, unless {@link #finish} has succeeded. */
    @Override
    public void close() {
        if (!store.ended()) {
            release();
            store.discard();
        }
    }
}
