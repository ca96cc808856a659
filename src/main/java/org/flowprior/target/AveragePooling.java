package org.flowprior.target;

import org.flowprior.torch.Tensor;

/**
 * Means of contiguous groups of d2 / d1 numbers: the natural reading of the paper's average pooling (Sec. 5.3), for
 * which no code was published.
 *
 * @param inputs  d2, a multiple of d1
 * @param outputs d1
 * @param scale   see {@link Projection#scale}
 */
public record AveragePooling(int inputs, int outputs, double scale) implements Projection {

    /** Throws {@link IllegalArgumentException} if the outputs do not divide the inputs. */
    public AveragePooling {
        LinearMap.check(inputs, outputs, scale);
        if (inputs % outputs != 0) {
            throw new IllegalArgumentException("average pooling needs groups of one size, and " + inputs
                    + " is not a multiple of " + outputs + "; a random projection takes any sizes");
        }
    }

    /** Creates plain means. */
    public AveragePooling(int inputs, int outputs) {
        this(inputs, outputs, 1);
    }

    @Override
    public Tensor apply(Tensor x) {
        return LinearMap.apply(this, x, rows -> rows.unflatten(1, outputs, inputs / outputs).mean(2));
    }

    @Override
    public AveragePooling withScale(double other) {
        return new AveragePooling(inputs, outputs, other);
    }
}
