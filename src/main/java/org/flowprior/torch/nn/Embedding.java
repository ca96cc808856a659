package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Looks up a row of a table for each index: {@code torch.nn.Embedding}, with the key {@code weight}. */
public final class Embedding extends TypedLayer<Embedding> {

    private final Tensor weight;
    private final long paddingIdx;
    private final boolean scaleGradByFreq;
    private final boolean sparse;

    /** With standard normal rows from the default generator. */
    public Embedding(long count, long size) {
        this(count, size, null);
    }

    /**
     * With standard normal rows, as in PyTorch.
     *
     * @param generator draws the initial values; null for the default generator
     */
    public Embedding(long count, long size, Generator generator) {
        this(count, size, Options.DEFAULT, generator);
    }

    /** With standard normal rows from the default generator, and a row of zeros that is not trained. */
    public Embedding(long count, long size, long paddingIdx) {
        this(count, size, Options.DEFAULT.withPaddingIdx(paddingIdx), null);
    }

    /**
     * With standard normal rows, as in PyTorch.
     *
     * @param generator draws the initial values; null for the default generator
     */
    public Embedding(long count, long size, Options options, Generator generator) {
        this.weight = registerParameter("weight", Torch.empty(count, size));
        this.paddingIdx = options.index(count);
        this.scaleGradByFreq = options.scaleGradByFreq;
        this.sparse = options.sparse;
        Init.normal_(weight, 0, 1, generator);
        if (paddingIdx >= 0) {
            try (Tensor row = weight.detach().into(table -> table.select(0, paddingIdx))) {
                Init.zeros_(row);
            }
        }
    }

    /** Returns the table, [count, size]. */
    public Tensor weight() {
        return weight;
    }

    /** Indices [...], int64 or int32 in 0 .. count - 1, to rows [..., size]. */
    @Override
    public Tensor forward(Tensor indices) {
        return hooked(indices, in -> Functional.embedding(weight, in, paddingIdx, scaleGradByFreq, sparse));
    }

    @Override
    protected String extraRepr() {
        return weight.size(0) + ", " + weight.size(1) + (paddingIdx < 0 ? "" : ", padding_idx=" + paddingIdx)
                + (scaleGradByFreq ? ", scale_grad_by_freq=True" : "") + (sparse ? ", sparse=True" : "");
    }

    /**
     * The arguments of PyTorch's constructor other than the sizes.
     *
     * @param paddingIdx      the row, counted from the end if negative, that starts at 0 and gets no gradient; or null
     * @param scaleGradByFreq whether a row's gradient is divided by the number of its uses
     * @param sparse          whether the table's gradient is a sparse tensor
     */
    public record Options(Long paddingIdx, boolean scaleGradByFreq, boolean sparse) {

        /** PyTorch's defaults. */
        public static final Options DEFAULT = new Options(null, false, false);

        /** With this row of zeros. */
        public Options withPaddingIdx(long value) {
            return new Options(value, scaleGradByFreq, sparse);
        }

        private long index(long count) {
            if (paddingIdx == null) {
                return -1;
            }
            long index = paddingIdx < 0 ? count + paddingIdx : paddingIdx;
            if (index < 0 || index >= count) {
                throw new IllegalArgumentException("paddingIdx " + paddingIdx + " is not one of " + count + " rows");
            }
            return index;
        }
    }
}
