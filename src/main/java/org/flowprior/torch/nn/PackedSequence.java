package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Results;
import org.flowprior.torch.Tensor;

/**
 * Sequences of different lengths without padding, as recurrent networks take them:
 * {@code torch.nn.utils.rnn.PackedSequence}. It belongs to the scope in which it was made.
 *
 * @param data       the steps of all sequences, first all first steps, [sum of lengths, ...]
 * @param batchSizes the number of sequences that have each step, int64 [longest]
 * @param order      the positions in the batch from the longest sequence to the shortest, int64 [batch]
 * @param batchFirst whether the batch was first in the padded tensor
 */
public record PackedSequence(Tensor data, Tensor batchSizes, Tensor order, boolean batchFirst) {

    /**
     * Packs padded sequences: {@code torch.nn.utils.rnn.pack_padded_sequence} with {@code enforce_sorted=False}.
     *
     * @param padded     [longest, batch, ...], or [batch, longest, ...] if the batch is first
     * @param lengths    of each sequence, at least 1
     */
    public static PackedSequence pack(Tensor padded, boolean batchFirst, long... lengths) {
        int batchDim = batchFirst ? 0 : 1;
        Tensor length = Tensor.of(lengths);
        Results.ValuesIndices sorted = length.into(l -> l.sort(Boolean.TRUE, 0, true));
        Tensor order = sorted.indices().to(null, padded.device());
        try (Tensor sequences = padded.indexSelect(batchDim, order); Tensor values = sorted.values()) {
            Results.DataSizes packed = Functional.packPaddedSequence(sequences, values, batchFirst);
            return new PackedSequence(packed.data(), packed.sizes(), order, batchFirst);
        }
    }

    /** Returns the padded tensor, with zeros after each sequence: {@code torch.nn.utils.rnn.pad_packed_sequence}. */
    public Tensor pad() {
        return pad(0);
    }

    /** Returns the padded tensor, with this value after each sequence. */
    public Tensor pad(double value) {
        Results.OutputLengths padded = Functional.padPackedSequence(data, batchSizes, batchFirst, value, -1);
        padded.lengths().close();
        return padded.output().into(x -> reordered(x, batchFirst ? 0 : 1));
    }

    long batch() {
        return order.numel();
    }

    PackedSequence withData(Tensor values) {
        return new PackedSequence(values, batchSizes, order, batchFirst);
    }

    /** A state [layers, batch, ...] with the longest sequence first. */
    Tensor sort(Tensor state) {
        return state.indexSelect(1, order);
    }

    /** A state [layers, batch, ...] in the order of the batch. */
    Tensor unsort(Tensor state) {
        return reordered(state, 1);
    }

    private Tensor reordered(Tensor x, int dim) {
        return order.argsort().into(positions -> x.indexSelect(dim, positions));
    }
}
