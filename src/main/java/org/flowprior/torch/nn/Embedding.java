package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Looks up a row of a table for each index: {@code torch.nn.Embedding}, with the key {@code weight}. */
public final class Embedding extends Layer {

    private final Tensor weight;

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
        this.weight = registerParameter("weight", Torch.empty(count, size));
        Init.normal_(weight, 0, 1, generator);
    }

    /** Returns the table, [count, size]. */
    public Tensor weight() {
        return weight;
    }

    /** Indices [...], int64 or int32 in 0 .. count - 1, to rows [..., size]. */
    @Override
    public Tensor forward(Tensor indices) {
        return Functional.embedding(weight, indices);
    }
}
