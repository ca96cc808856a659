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
 * Writes a {@link FeatureBank}, of as many rows as come, holding no more than a shard of them. Everything is written in
 * a hidden directory beside the target, which is renamed when it is whole: whatever happens before leaves no bank. What
 * a killed writer left there, the next writer of the same bank removes.
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
     * @param rowsPerShard rows in a file, and in memory
     * @param dtype        element type on the disk: float32, bfloat16 or float16
     * @param gaussian     whether rows are mean and log-variance
     * @param scaling      what readers are to multiply the rows with; null: one over the pooled deviation
     * @param source       where the features come from, free text
     */
    public record Options(int rowsPerShard, DType dtype, boolean gaussian, Double scaling, String source) {

        /** Throws {@link IllegalArgumentException} for values that make no bank. */
        public Options {
            if (rowsPerShard < 1 || !StoreFormat.DTYPES.contains(dtype)) {
                throw new IllegalArgumentException("a bank has at least one row in a shard, not " + rowsPerShard
                        + ", and is float32, bfloat16 or float16, not " + dtype);
            }
            StoreFormat.requireScaling(scaling);
            Objects.requireNonNull(source, "source");
        }

        /** Plain float32 features, 65,536 in a shard, to be scaled to unit deviation. */
        public static Options of(String source) {
            return new Options(65_536, DType.FLOAT32, false, null, source);
        }

        /** The same with another number of rows in a shard. */
        public Options withRowsPerShard(int rows) {
            return new Options(rows, dtype, gaussian, scaling, source);
        }

        /** The same with another element type. */
        public Options withDtype(DType other) {
            return new Options(rowsPerShard, other, gaussian, scaling, source);
        }

        /** The same for rows of mean and log-variance, or plain ones. */
        public Options withGaussian(boolean enabled) {
            return new Options(rowsPerShard, dtype, enabled, scaling, source);
        }

        /** The same with a given scaling. */
        public Options withScaling(Double factor) {
            return new Options(rowsPerShard, dtype, gaussian, factor, source);
        }
    }

    private static final long CHUNK = 1 << 22;

    private final Options options;
    private final PartialStore store;
    private Tensor buffer;
    private int filled;
    private int width;
    private long rows;
    private RunningMoments moments;

    /**
     * Prepares a bank in that directory, whose parents are made where they are missing.
     *
     * @throws IllegalArgumentException when something is there already, or another process is writing the same bank
     * @throws UncheckedIOException     when the disk refuses
     */
    public FeatureBankWriter(Path directory, Options options) {
        this.options = options;
        store = PartialStore.beside(directory);
    }

    /**
     * Takes rows, floating point [n, D], [n, 2D] for a Gaussian bank, of any device.
     *
     * @throws IllegalArgumentException for another width than before, and for a NaN or an infinity, which it places;
     *                                  the writer can then only be closed
     * @throws UncheckedIOException     when the disk refuses
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
            moments = new RunningMoments(options.gaussian() ? width / 2 : width);
            try (Scope scope = Scope.open()) {
                buffer = Torch.empty(new long[] {options.rowsPerShard(), width}, options.dtype()).keep();
            }
        } else if (shape[1] != width) {
            throw new IllegalArgumentException("rows of width " + shape[1] + " came behind rows of width " + width);
        }
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
        for (long done = 0; done < chunk.size(0); ) {
            long n = Math.min(chunk.size(0) - done, options.rowsPerShard() - filled);
            buffer.narrow(0, filled, n).copy_(chunk.narrow(0, done, n));
            filled += (int) n;
            done += n;
            if (filled == options.rowsPerShard()) {
                flush();
            }
        }
        rows += chunk.size(0);
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
            // The names get the number of shards when that is known.
            String name = "features-" + (store.shards().size() + 1);
            Safetensors.write(store.resolve(name), Map.of(BankDescription.TENSOR, buffer.narrow(0, 0, filled)));
            store.shards().add(new Shard(name, filled));
            filled = 0;
        }
    }

    /** Number of rows taken so far. */
    public long rows() {
        return rows;
    }

    /**
     * Writes what is left, puts the bank in its place, and opens it.
     *
     * @throws IllegalArgumentException for fewer than two rows, and for rows whose numbers are all the same
     * @throws UncheckedIOException     when the disk refuses
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
                    + statistics.pooledMean() + ", which is no distribution");
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

    /** Removes what was written, unless {@link #finish} has put it in its place; then it does nothing. */
    @Override
    public void close() {
        if (!store.ended()) {
            release();
            store.discard();
        }
    }
}
