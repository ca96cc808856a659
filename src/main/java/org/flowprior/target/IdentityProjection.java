package org.flowprior.target;

import java.util.Map;
import org.flowprior.torch.Tensor;

/**
 * No projection: for features that have the latents' dimension already, such as a codebook's.
 *
 * @param inputs D
 * @param scale  see {@link Projection#scale}
 */
public record IdentityProjection(int inputs, double scale) implements Projection {

    static final String KIND = "identity";

    /** Throws {@link IllegalArgumentException} for a size that is not positive, and for a scale of 0. */
    public IdentityProjection {
        LinearMap.check(inputs, inputs, scale);
    }

    /** Leaves rows as they are. */
    public IdentityProjection(int inputs) {
        this(inputs, 1);
    }

    @Override
    public int outputs() {
        return inputs;
    }

    @Override
    public Tensor apply(Tensor x) {
        return LinearMap.apply(this, x, rows -> rows);
    }

    @Override
    public IdentityProjection withScale(double other) {
        return new IdentityProjection(inputs, other);
    }

    @Override
    public Map<String, Tensor> tensors() {
        return Map.of();
    }

    @Override
    public Map<String, String> metadata() {
        return LinearMap.metadata(KIND, this);
    }

    /** Does nothing. */
    @Override
    public void close() {}
}
