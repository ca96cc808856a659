package org.flowprior.target;

import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** The layout of features in a tensor. */
public enum FeatureLayout {

    /** One of the others, by the number of dimensions: 2, 3 or 4. */
    AUTO,
    /** [N, D]. */
    ROWS,
    /** [N, T, D]. */
    TOKENS,
    /** [N, D, H, W], or [D, H, W] for a single array. */
    GRID;

    /**
     * Turns the features into rows, position after position.
     *
     * @param what names the tensor in the exception
     * @return [n, D] in the tensor's dtype
     * @throws IllegalArgumentException when the tensor does not have this layout, or holds whole numbers
     */
    public Tensor rows(Tensor tensor, String what) {
        if (!tensor.dtype().isFloatingPoint()) {
            throw new IllegalArgumentException(what + " is " + tensor.signature()
                    + "; features are floating-point numbers");
        }
        int dimensions = tensor.dim();
        boolean fits = switch (this) {
            case AUTO -> dimensions >= 2 && dimensions <= 4;
            case ROWS -> dimensions == 2;
            case TOKENS -> dimensions == 3;
            case GRID -> dimensions == 3 || dimensions == 4;
        };
        if (!fits) {
            throw new IllegalArgumentException(what + " is " + tensor.signature() + "; " + switch (this) {
                case AUTO -> "wanted is [N, D], [N, T, D] or [N, D, H, W]";
                case ROWS -> "--layout rows is [N, D]";
                case TOKENS -> "--layout tokens is [N, T, D]";
                case GRID -> "--layout grid is [N, D, H, W] or [D, H, W]";
            });
        }
        if (dimensions == 4) {
            return Scope.returning(() -> tensor.flatten(2, -1).transpose(1, 2).flatten(0, 1));
        }
        return this == GRID ? Scope.returning(() -> tensor.flatten(1, -1).t()) : tensor.flatten(0, -2);
    }
}
