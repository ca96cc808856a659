package org.flowprior.target;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Features of a target distribution on disk: a directory of safetensors shards with one tensor {@code features} each,
 * and {@code bank.json} with their statistics. Shards are memory-mapped, so a bank may be larger than memory.
 *
 * <p>The rows of a Gaussian bank are mean and log-variance side by side, as a VAE's encoder gives them. Reading with a
 * generator draws mean + exp(logvar / 2) &middot; noise, with the log-variance clamped to [&minus;30, 20]; reading
 * without one gives the mean. The dimension of such a bank is half the stored width.
 *
 * <p>Rows come as they are stored: the caller applies {@link #scaling}. Any platform thread may use a bank, one at a
 * time. {@link FeatureExtraction} makes banks.
 */
public final class FeatureBank implements RowSource, AutoCloseable {

    static final double LOWEST_LOG_VARIANCE = -30;
    static final double HIGHEST_LOG_VARIANCE = 20;

    private final Path directory;
    private final BankDescription description;
    private final List<FeatureShard> shards;
    private final long[] firstRows;

    private FeatureBank(Path directory, BankDescription description, List<FeatureShard> shards) {
        this.directory = directory;
        this.description = description;
        this.shards = shards;
        this.firstRows = new long[shards.size() + 1];
        for (int i = 0; i < shards.size(); i++) {
            firstRows[i + 1] = firstRows[i] + shards.get(i).rows();
        }
    }

    /**
     * Opens a bank that a {@link FeatureBankWriter} made.
     *
     * @throws IllegalArgumentException    naming the file, when the directory is no bank, or a shard is not what
     *                                     {@code bank.json} says
     * @throws java.io.UncheckedIOException naming the file, when a shard is missing or cannot be read
     */
    public static FeatureBank open(Path directory) {
        BankDescription description = BankDescription.read(directory.resolve(BankDescription.FILE));
        List<FeatureShard> shards = new ArrayList<>();
        try {
            for (BankDescription.Shard shard : description.shards()) {
                shards.add(FeatureShard.open(directory.resolve(shard.file()), shard, description));
            }
            return new FeatureBank(directory, description, shards);
        } catch (RuntimeException e) {
            shards.forEach(FeatureShard::close);
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

    /** Returns the factor for the rows: one over their pooled deviation, unless the writer set another. */
    public double scaling() {
        return description.scaling();
    }

    /** Says where the features come from, as the writer put it. */
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
        return means(() -> gather(positions));
    }

    /**
     * Reads the rows at these positions, and draws those of a Gaussian bank.
     *
     * @param generator a CPU generator, null for the default one; not used unless the bank is Gaussian
     * @return float32, [n, D]
     */
    public Tensor rows(long[] positions, Generator generator) {
        return draws(() -> gather(positions), generator);
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
        return means(() -> copy(from, count));
    }

    /**
     * Reads the rows from {@code from} on, and draws those of a Gaussian bank.
     *
     * @param generator a CPU generator, null for the default one; not used unless the bank is Gaussian
     * @return float32, [count, D]
     */
    public Tensor block(long from, long count, Generator generator) {
        return draws(() -> copy(from, count), generator);
    }

    private Tensor means(Supplier<Tensor> stored) {
        try (NoGrad noGrad = new NoGrad()) {
            return Scope.returning(() -> {
                Tensor rows = stored.get();
                return gaussian() ? rows.narrow(1, 0, dimension()).contiguous() : rows;
            });
        }
    }

    private Tensor draws(Supplier<Tensor> stored, Generator generator) {
        if (!gaussian()) {
            return means(stored);
        }
        try (NoGrad noGrad = new NoGrad()) {
            return Scope.returning(() -> {
                Tensor moments = stored.get();
                Tensor deviation = moments.narrow(1, dimension(), dimension())
                        .clamp(LOWEST_LOG_VARIANCE, HIGHEST_LOG_VARIANCE).mul_(0.5).exp_();
                Tensor noise = Torch.randn(new long[] {moments.size(0), dimension()}, generator);
                return noise.mul_(deviation).add_(moments.narrow(1, 0, dimension()));
            });
        }
    }

    /** Rows are taken shard by shard, one behind the other, and then put in order. */
    private Tensor gather(long[] positions) {
        int[] homes = new int[positions.length];
        int[] ends = new int[shards.size() + 1];
        for (int i = 0; i < positions.length; i++) {
            homes[i] = shardOf(positions[i]);
            ends[homes[i] + 1]++;
        }
        for (int s = 0; s < shards.size(); s++) {
            ends[s + 1] += ends[s];
        }
        int[] next = ends.clone();
        long[] places = new long[positions.length];
        long[] local = new long[positions.length];
        for (int i = 0; i < positions.length; i++) {
            places[i] = next[homes[i]]++;
            local[(int) places[i]] = positions[i] - firstRows[homes[i]];
        }
        List<Tensor> parts = new ArrayList<>();
        for (int s = 0; s < shards.size(); s++) {
            if (ends[s + 1] > ends[s]) {
                parts.add(select(s, Arrays.copyOfRange(local, ends[s], ends[s + 1])));
            }
        }
        return switch (parts.size()) {
            case 0 -> Torch.empty(0, description.dimension());
            case 1 -> parts.getFirst();
            default -> Torch.cat(parts, 0).indexSelect(0, Tensor.of(places));
        };
    }

    private Tensor select(int shard, long[] local) {
        return shards.get(shard).rows(local).to(DType.FLOAT32);
    }

    private int shardOf(long row) {
        if (row < 0 || row >= rows()) {
            throw new IndexOutOfBoundsException(directory + ": row " + row + " of " + rows());
        }
        int found = Arrays.binarySearch(firstRows, row);
        return found >= 0 ? found : -found - 2;
    }

    private Tensor copy(long from, long count) {
        if (from < 0 || count < 0 || from > rows() - count) {
            throw new IndexOutOfBoundsException(directory + ": rows " + from + " to " + (from + count) + " of "
                    + rows());
        }
        Tensor rows = Torch.empty(count, description.dimension());
        try (Scope scope = Scope.open()) {
            for (long done = 0; done < count; ) {
                int shard = shardOf(from + done);
                long n = Math.min(count - done, firstRows[shard + 1] - from - done);
                shards.get(shard).copyRows(from + done - firstRows[shard], rows.narrow(0, done, n));
                done += n;
            }
        }
        return rows;
    }

    /** Gives the mappings back. The second time throws {@link org.flowprior.torch.ClosedException}. */
    @Override
    public void close() {
        shards.forEach(FeatureShard::close);
    }
}
