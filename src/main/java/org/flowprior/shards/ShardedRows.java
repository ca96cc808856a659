package org.flowprior.shards;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.MappedTensors;

/**
 * Reads the rows of all shards of a store by their position in the store. The files are mapped, so that a store may be
 * larger than the memory. Any platform thread may use it, one at a time.
 */
public final class ShardedRows implements AutoCloseable {

    private final Path directory;
    private final String unit;
    private final List<MappedTensors> files;
    private final long[] firstRows;
    private final long[] rowShape;

    private ShardedRows(Path directory, String unit, List<MappedTensors> files, long[] firstRows, long... rowShape) {
        this.directory = directory;
        this.unit = unit;
        this.files = files;
        this.firstRows = firstRows;
        this.rowShape = rowShape;
    }

    /**
     * Opens all shards; if one is refused, the shards before it are closed.
     *
     * @param unit     name of a row in messages
     * @param opener   opens and checks one shard; closes the file itself if it refuses it
     * @param rowShape shape of a row
     */
    public static ShardedRows open(Path directory, String unit, List<Shard> shards,
            Function<Shard, MappedTensors> opener, long... rowShape) {
        List<MappedTensors> files = new ArrayList<>();
        long[] firstRows = new long[shards.size() + 1];
        try {
            for (Shard shard : shards) {
                firstRows[files.size() + 1] = firstRows[files.size()] + shard.rows();
                files.add(opener.apply(shard));
            }
        } catch (RuntimeException e) {
            files.forEach(MappedTensors::close);
            throw e;
        }
        return new ShardedRows(directory, unit, files, firstRows, rowShape);
    }

    /** Returns the number of rows. */
    public long rows() {
        return firstRows[files.size()];
    }

    private int shardOf(long row) {
        if (row < 0 || row >= rows()) {
            throw new IndexOutOfBoundsException(directory + ": " + unit + " " + row + " of " + rows());
        }
        int found = Arrays.binarySearch(firstRows, row);
        return found >= 0 ? found : -found - 2;
    }

    /**
     * Reads rows of one tensor of the shards, in this order.
     *
     * @return float32 [n, &hellip;], in the innermost scope
     * @throws IndexOutOfBoundsException for a position that is not in [0, rows)
     */
    public Tensor gather(long[] positions, String tensor) {
        return gather(positions, List.of(tensor), new int[positions.length]);
    }

    /**
     * Reads rows of several tensors of the shards, in this order. They are read shard by shard and tensor by tensor,
     * and then put in order.
     *
     * @param choices for each position, the index in {@code tensors} of the tensor that is read
     * @return float32 [n, &hellip;], in the innermost scope
     * @throws IndexOutOfBoundsException for a position that is not in [0, rows)
     */
    public Tensor gather(long[] positions, List<String> tensors, int[] choices) {
        int[] homes = new int[positions.length];
        int[] ends = new int[files.size() * tensors.size() + 1];
        for (int i = 0; i < positions.length; i++) {
            homes[i] = shardOf(positions[i]) * tensors.size() + choices[i];
            ends[homes[i] + 1]++;
        }
        for (int home = 1; home < ends.length; home++) {
            ends[home] += ends[home - 1];
        }
        int[] next = ends.clone();
        long[] places = new long[positions.length];
        long[] local = new long[positions.length];
        for (int i = 0; i < positions.length; i++) {
            places[i] = next[homes[i]]++;
            local[(int) places[i]] = positions[i] - firstRows[homes[i] / tensors.size()];
        }
        return Scope.returning(() -> {
            List<Tensor> parts = new ArrayList<>();
            for (int home = 0; home < ends.length - 1; home++) {
                if (ends[home + 1] > ends[home]) {
                    parts.add(files.get(home / tensors.size()).rows(tensors.get(home % tensors.size()),
                            Arrays.copyOfRange(local, ends[home], ends[home + 1])).to(DType.FLOAT32));
                }
            }
            return switch (parts.size()) {
                case 0 -> Torch.empty(shape(0));
                case 1 -> parts.getFirst();
                default -> Torch.cat(parts, 0).indexSelect(0, Tensor.of(places));
            };
        });
    }

    /**
     * Reads {@code count} rows of one tensor of the shards, beginning at {@code from}.
     *
     * @return float32 [count, &hellip;], in the innermost scope
     * @throws IndexOutOfBoundsException if they are not in [0, rows)
     */
    public Tensor block(long from, long count, String tensor) {
        if (from < 0 || count < 0 || from > rows() - count) {
            throw new IndexOutOfBoundsException(directory + ": " + unit + "s " + from + " to " + (from + count) + " of "
                    + rows());
        }
        Tensor rows = Torch.empty(shape(count));
        try (Scope scope = Scope.open()) {
            for (long done = 0; done < count;) {
                int shard = shardOf(from + done);
                long n = Math.min(count - done, firstRows[shard + 1] - from - done);
                files.get(shard).copyRows(tensor, from + done - firstRows[shard], rows.narrow(0, done, n));
                done += n;
            }
        }
        return rows;
    }

    private long[] shape(long count) {
        return LongStream.concat(LongStream.of(count), LongStream.of(rowShape)).toArray();
    }

    /** Releases the mappings. A second call throws {@link org.flowprior.torch.ClosedException}. */
    @Override
    public void close() {
        files.forEach(MappedTensors::close);
    }
}
