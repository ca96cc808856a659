package org.flowprior.target;

import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** The layout of features in a tensor. */
public enum FeatureLayout {

    /** {@link #ROWS}, {@link #TOKENS} or {@link #GRID}, by the number of dimensions: 2, 3 or 4. */
    AUTO(2, 4, "wanted is [N, D], [N, T, D] or [N, D, H, W]"),
    /** [N, D]. */
    ROWS(2, 2, "--layout rows is [N, D]"),
    /** [N, T, D]. */
    TOKENS(3, 3, "--layout tokens is [N, T, D]"),
    /** [N, D, H, W], or [D, H, W] for a single array. */
    GRID(3, 4, "--layout grid is [N, D, H, W] or [D, H, W]");

    private final int fewest;
    private final int most;
    private final String wanted;

    FeatureLayout(int fewest, int most, String wanted) {
        this.fewest = fewest;
        this.most = most;
        this.wanted = wanted;
    }

    /**
     * Turns features into rows, position after position.
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
        if (dimensions < fewest || dimensions > most) {
            throw new IllegalArgumentException(what + " is " + tensor.signature() + "; " + wanted);
        }
        if (dimensions == 4) {
            return Scope.returning(() -> tensor.flatten(2, -1).transpose(1, 2).flatten(0, 1));
        }
        return this == GRID ? Scope.returning(() -> tensor.flatten(1, -1).t()) : tensor.flatten(0, -2);
    }
}
