package org.flowprior.target;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.flowprior.shards.Shard;
import org.flowprior.shards.ShardedRows;
import org.flowprior.shards.StoreFormat;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.MappedTensors;

/**
 * Features of a target distribution on disk: a directory of safetensors shards with one tensor {@code features} each,
 * and {@code bank.json} with their statistics. Shards are memory-mapped, so that a bank may be larger than memory.
 *
 * <p>The rows of a Gaussian bank are mean and log-variance side by side, as a VAE's encoder gives them. Reading with a
 * generator draws mean + exp(logvar / 2) &middot; noise, with the log-variance clamped to [&minus;30, 20]; reading
 * without one gives the mean. The dimension of such a bank is half the stored width.
 *
 * <p>Rows come as they are stored: the caller applies {@link #scaling}. Any platform thread may use a bank, one at a
 * time. {@link FeatureExtraction} makes banks.
 */
public final class FeatureBank implements RowSource, AutoCloseable {

    /** The file in a bank's directory that describes the bank and lists its shards. */
    public static final String DESCRIPTION = BankDescription.FILE;

    private final Path directory;
    private final BankDescription description;
    private final ShardedRows stored;

    private FeatureBank(Path directory, BankDescription description) {
        this.directory = directory;
        this.description = description;
        stored = ShardedRows.open(directory, "row", description.shards(), this::open, description.dimension());
    }

    /**
     * Opens a bank that {@link FeatureBankWriter} wrote.
     *
     * @throws IllegalArgumentException    naming the file, when the directory is not a bank, or a shard differs from
     *                                     {@code bank.json}
     * @throws java.io.UncheckedIOException naming the file, when a shard is missing or cannot be read
     */
    public static FeatureBank open(Path directory) {
        return new FeatureBank(directory, BankDescription.read(directory.resolve(BankDescription.FILE)));
    }

    private MappedTensors open(Shard shard) {
        Path path = directory.resolve(shard.file());
        MappedTensors file = MappedTensors.open(path);
        try {
            description.requireFitting(path, file.header().tensors(), shard);
            return file;
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Returns the bank's directory. */
    public Path directory() {
        return directory;
    }

    @Override
    public long rows() {
        return description.rows();
    }

    @Override
    public int dimension() {
        return description.features();
    }

    /** Returns the element type on disk: float32, bfloat16 or float16. */
    public DType dtype() {
        return description.dtype();
    }

    /** Returns true if the stored rows are mean and log-variance. */
    public boolean gaussian() {
        return description.gaussian();
    }

    /** Returns means and deviations of the rows, before scaling. */
    public BankStatistics statistics() {
        return description.statistics();
    }

    /** Returns the factor for rows: one over their pooled deviation, unless the writer set another. */
    public double scaling() {
        return description.scaling();
    }

    /** Returns where the features come from, in the writer's words. */
    public String source() {
        return description.source();
    }

    /**
     * Reads the rows at these positions, in this order; the means of a Gaussian bank.
     *
     * @return float32, [n, D]
     * @throws IndexOutOfBoundsException for a position that is not in [0, N)
     */
    public Tensor rows(long[] positions) {
        return means(() -> stored.gather(positions, BankDescription.TENSOR));
    }

    /**
     * Reads the rows at these positions, and draws those of a Gaussian bank.
     *
     * @param generator a CPU generator, null for the default one; not used unless the bank is Gaussian
     * @return float32, [n, D]
     */
    public Tensor rows(long[] positions, Generator generator) {
        return draws(() -> stored.gather(positions, BankDescription.TENSOR), generator);
    }

    /**
     * Draws rows uniformly and independently: {@code randint}, then, for a Gaussian bank, {@code randn}.
     *
     * @param generator a CPU generator, null for the default one
     * @return float32, [count, D]
     */
    public Tensor sample(long count, Generator generator) {
        return Scope.returning(() -> {
            Tensor positions = Torch.randint(rows(), new long[] {count}, generator);
            return rows(positions.toLongArray(), generator);
        });
    }

    /** Reads the rows from {@code from} on; the means of a Gaussian bank. */
    @Override
    public Tensor block(long from, long count) {
        return means(() -> stored.block(from, count, BankDescription.TENSOR));
    }

    /**
     * Reads the rows from {@code from} on, and draws those of a Gaussian bank.
     *
     * @param generator a CPU generator, null for the default one; not used unless the bank is Gaussian
     * @return float32, [count, D]
     */
    public Tensor block(long from, long count, Generator generator) {
        return draws(() -> stored.block(from, count, BankDescription.TENSOR), generator);
    }

    private Tensor means(Supplier<Tensor> reading) {
        return Scope.returning(() -> {
            Tensor rows = reading.get();
            return gaussian() ? rows.narrow(1, 0, dimension()).contiguous() : rows;
        });
    }

    private Tensor draws(Supplier<Tensor> reading, Generator generator) {
        if (!gaussian()) {
            return means(reading);
        }
        return Scope.returning(() -> {
            Tensor moments = reading.get();
            Tensor deviation = StoreFormat.logVariances(moments).mul_(0.5).exp_();
            Tensor noise = Torch.randn(new long[] {moments.size(0), dimension()}, generator);
            return noise.mul_(deviation).add_(moments.narrow(1, 0, dimension()));
        });
    }

    /** Unmaps the shards. A second call throws {@link org.flowprior.torch.ClosedException}. */
    @Override
    public void close() {
        stored.close();
    }
}
