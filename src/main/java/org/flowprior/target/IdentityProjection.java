package org.flowprior.target;

import org.flowprior.torch.Tensor;

/**
 * No projection, for features that already have the latents' dimension, such as a codebook's.
 *
 * @param inputs D
 * @param scale  see {@link Projection#scale}
 */
public record IdentityProjection(int inputs, double scale) implements Projection {

    /** Throws {@link IllegalArgumentException} for a size that is not positive, and for a scale of 0. */
    public IdentityProjection {
        LinearMap.check(inputs, inputs, scale);
    }

    /** Creates a projection that leaves rows as they are. */
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
}
