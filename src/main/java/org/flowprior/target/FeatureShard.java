package org.flowprior.target;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.MappedTensors;
import org.flowprior.torch.io.TensorFiles;

/** One file of a bank, mapped. */
record FeatureShard(MappedTensors file, long rows) implements AutoCloseable {

    static FeatureShard open(Path path, BankDescription.Shard shard, BankDescription bank) {
        MappedTensors file = MappedTensors.open(path);
        try {
            check(path, file.header().tensors(), shard, bank);
            return new FeatureShard(file, shard.rows());
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static void check(Path path, List<TensorFiles.Entry> entries, BankDescription.Shard shard,
            BankDescription bank) {
        if (entries.size() != 1 || !entries.getFirst().name().equals(BankDescription.TENSOR)) {
            throw new IllegalArgumentException(path + ": must hold one tensor '" + BankDescription.TENSOR + "', not "
                    + entries.stream().map(TensorFiles.Entry::name).limit(5).toList());
        }
        TensorFiles.Entry entry = entries.getFirst();
        long[] shape = {shard.rows(), bank.dimension()};
        if (!Arrays.equals(entry.shape(), shape) || entry.dtype() != bank.dtype()) {
            throw new IllegalArgumentException(path + ": holds " + entry.dtype() + Arrays.toString(entry.shape())
                    + " where " + BankDescription.FILE + " says " + bank.dtype() + Arrays.toString(shape));
        }
    }

    /** The rows at these positions, in the bank's dtype. */
    Tensor rows(long... positions) {
        return file.rows(BankDescription.TENSOR, positions);
    }

    /** Copies the rows from {@code from} on to a tensor with as many. */
    void copyRows(long from, Tensor to) {
        file.copyRows(BankDescription.TENSOR, from, to);
    }

    @Override
    public void close() {
        file.close();
    }
}
