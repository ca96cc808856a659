package org.flowprior.target;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.io.TensorFiles;

/**
 * One file of a bank, mapped read-only: pages come and go with what is read, and a bank of a read-only disk works as
 * well. The tensor must never leave the package, for writing to it would end the process.
 */
record FeatureShard(Tensor features, long rows) implements AutoCloseable {

    static FeatureShard open(Path file, BankDescription.Shard shard, BankDescription bank) {
        List<TensorFiles.Entry> entries = Safetensors.header(file).tensors();
        if (entries.size() != 1 || !entries.getFirst().name().equals(BankDescription.TENSOR)) {
            throw new IllegalArgumentException(file + ": must hold one tensor '" + BankDescription.TENSOR + "', not "
                    + entries.stream().map(TensorFiles.Entry::name).limit(5).toList());
        }
        TensorFiles.Entry entry = entries.getFirst();
        long[] shape = {shard.rows(), bank.dimension()};
        if (!Arrays.equals(entry.shape(), shape) || entry.dtype() != bank.dtype()) {
            throw new IllegalArgumentException(file + ": holds " + entry.dtype() + Arrays.toString(entry.shape())
                    + " where " + BankDescription.FILE + " says " + bank.dtype() + Arrays.toString(shape));
        }
        return new FeatureShard(map(file, bank.dtype(), shape).keep(), shard.rows());
    }

    /** The header is checked: the only tensor begins behind it and fills the file. */
    private static Tensor map(Path file, DType dtype, long[] shape) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            while (length.hasRemaining() && channel.read(length, length.position()) >= 0) {
                continue;
            }
            long start = 8 + length.flip().getLong();
            if (start % dtype.bytes() != 0) {
                throw new IllegalArgumentException(file + ": its data lies unaligned behind a header of " + (start - 8)
                        + " bytes; pad the header with spaces to a multiple of 8");
            }
            // The whole file is mapped: only from a page on is a mapping possible, and aligned.
            MemorySegment mapped = channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
            return Tensor.over(mapped.asSlice(start), dtype, shape);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        features.close();
    }
}
