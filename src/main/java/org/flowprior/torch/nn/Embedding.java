package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** A row of a table for each number: {@code torch.nn.Embedding}, its key {@code weight}. */
public final class Embedding extends Layer {

    private final Tensor weight;

    /** With standard normal rows from the default generator. */
    public Embedding(long count, long size) {
        this(count, size, null);
    }

    /**
     * With standard normal rows, as PyTorch.
     *
     * @param generator the source of the initial values, or null for the default generator
     */
    public Embedding(long count, long size, Generator generator) {
        this.weight = registerParameter("weight", Torch.empty(count, size));
        Init.normal_(weight, 0, 1, generator);
    }

    /** The table [count, size]. */
    public Tensor weight() {
        return weight;
    }

    /** Numbers [...], int64 or int32 in 0 .. count - 1, to rows [..., size]. */
    @Override
    public Tensor forward(Tensor numbers) {
        return Functional.embedding(weight, numbers);
    }
}
