package org.flowprior.flow;

import java.util.List;
import org.flowprior.torch.Tensor;

/**
 * The effect of the embedding on a layer (adaLN-Zero, Peebles and Xie 2023): it shifts and scales the layer's norm and,
 * in a residual block, gates the result.
 *
 * @param parts shift, the factor 1 + scale and, in a residual block, the gate: […, width] each
 */
record Modulation(List<Tensor> parts) implements AutoCloseable {

    /**
     * Splits the output of a linear map of the embedding. If the output does not require gradients, the factor
     * overwrites the scale in it: backward may keep the factor, which then takes no memory of its own.
     *
     * @param output […, count · width]
     * @param count  2, or 3 with a gate
     */
    static Modulation of(Tensor output, int count) {
        List<Tensor> parts = output.chunk(count, -1);
        Tensor scale = parts.get(1);
        parts.set(1, scale.requiresGrad() ? scale.into(s -> s.add(1)) : scale.add_(1));
        return new Modulation(parts);
    }

    /** Returns normalized ⊙ (1 + scale) + shift. */
    Tensor apply(Tensor normalized) {
        return parts.get(0).addcmul(normalized, parts.get(1));
    }

    Tensor gate() {
        return parts.get(2);
    }

    /** Returns the modulation of one of several times, the first dimension: views in the innermost scope. */
    Modulation at(long time) {
        return new Modulation(parts.stream().map(part -> part.select(0, time)).toList());
    }

    /** Takes the parts out of every scope: from now on the caller closes this. */
    void keep() {
        parts.forEach(Tensor::keep);
    }

    @Override
    public void close() {
        parts.forEach(Tensor::close);
    }
}
