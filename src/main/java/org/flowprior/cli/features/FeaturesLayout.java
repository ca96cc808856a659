package org.flowprior.cli.features;

import org.flowprior.config.RequestException;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** How an array or an encoder's output is laid out. */
enum FeaturesLayout {

    /** By the number of dimensions. */
    AUTO,
    /** [N, D]. */
    ROWS,
    /** [N, T, D]. */
    TOKENS,
    /** [N, D, H, W]; without N when one array is meant. */
    GRID;

    /**
     * The features as rows, positions in order.
     *
     * @param what names the tensor in the exception
     * @return [n, D] of the tensor's dtype
     * @throws RequestException when the tensor does not have that layout
     */
    Tensor rows(Tensor tensor, String what) {
        if (!tensor.dtype().isFloatingPoint()) {
            throw new RequestException(what + " is " + tensor.signature() + "; features are floating-point numbers");
        }
        int dimensions = tensor.dim();
        boolean fits = switch (this) {
            case AUTO -> dimensions >= 2 && dimensions <= 4;
            case ROWS -> dimensions == 2;
            case TOKENS -> dimensions == 3;
            case GRID -> dimensions == 3 || dimensions == 4;
        };
        if (!fits) {
            throw new RequestException(what + " is " + tensor.signature() + "; " + switch (this) {
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
