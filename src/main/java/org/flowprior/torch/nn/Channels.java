package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** Ops on tensors with or without a batch dimension. */
final class Channels {

    private Channels() {}

    /** Dropout of whole channels of x [batch, channels, dims...] or [channels, dims...]. */
    static Tensor dropped(Tensor x, int dims, double probability, boolean training) {
        if (batched("a dropout", x, dims)) {
            return Functional.featureDropout(x, probability, training);
        }
        return Scope.returning(() -> Functional.featureDropout(x.unsqueeze(0), probability, training).squeeze(0));
    }

    /** Whether x has a batch dimension; throws for a number of dimensions that is neither dims + 1 nor dims + 2. */
    static boolean batched(String what, Tensor x, int dims) {
        if (x.dim() != dims + 1 && x.dim() != dims + 2) {
            throw new IllegalArgumentException(
                    what + " takes " + (dims + 2) + " or " + (dims + 1) + " dimensions, not " + x.signature());
        }
        return x.dim() == dims + 2;
    }
}
