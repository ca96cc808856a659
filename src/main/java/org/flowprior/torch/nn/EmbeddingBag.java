package org.flowprior.torch.nn;

import java.util.Locale;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Results;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Sums, means or maxima of rows of a table, without the rows between: {@code torch.nn.EmbeddingBag}, with the key
 * {@code weight}.
 */
public final class EmbeddingBag extends TypedLayer<EmbeddingBag> {

    /** What is taken of the rows of a bag, in libtorch's order. */
    public enum Mode { SUM, MEAN, MAX }

    private final Tensor weight;
    private final Mode mode;

    /** Means of standard normal rows from the default generator. */
    public EmbeddingBag(long count, long size) {
        this(count, size, Mode.MEAN, null);
    }

    /**
     * With standard normal rows.
     *
     * @param generator draws the initial values; null for the default generator
     */
    public EmbeddingBag(long count, long size, Mode mode, Generator generator) {
        this.weight = registerParameter("weight", Torch.empty(count, size));
        this.mode = mode;
        Init.normal_(weight, 0, 1, generator);
    }

    /** Returns the table, [count, size]. */
    public Tensor weight() {
        return weight;
    }

    /** Indices [bags, length] to [bags, size]: each row of indices is a bag. */
    @Override
    public Tensor forward(Tensor indices) {
        if (indices.dim() != 2) {
            throw new IllegalArgumentException("EmbeddingBag takes indices of 2 dimensions, or 1 with offsets, not "
                    + indices.signature());
        }
        return Scope
                .returning(() -> forward(indices.flatten(), offsets(indices.size(0), indices.size(1), indices), null));
    }

    private static Tensor offsets(long bags, long length, Tensor like) {
        return Torch.arange(0, Math.max(1, bags * length), Math.max(1, length), like.dtype(), like.device());
    }

    /**
     * Indices [n] in bags that start at the offsets [bags], to [bags, size].
     *
     * @param perSampleWeights factors of the rows, [n], for the mode {@code SUM}; or null
     */
    public Tensor forward(Tensor indices, Tensor offsets, Tensor perSampleWeights) {
        return hooked(indices, in -> {
            Results.OutputOffsetsSizesIndices bags = Functional.embeddingBag(weight, in, offsets, false, mode.ordinal(),
                    false, perSampleWeights);
            bags.offsets().close();
            bags.sizes().close();
            bags.indices().close();
            return bags.output();
        });
    }

    @Override
    protected String extraRepr() {
        return weight.size(0) + ", " + weight.size(1) + ", mode='" + mode.name().toLowerCase(Locale.ROOT) + "'";
    }
}
