package org.flowprior.autoencoder;

import java.util.List;
import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** The codes that training chose last, in the official buffer {@code codebook_used}, which nothing but a log reads. */
final class CodeUsage {

    /** Choices that a codebook remembers. */
    static final long WINDOW = 65536;

    private CodeUsage() {}

    /**
     * Shifts choices in at the end.
     *
     * @param window [K, 65536]
     * @param codes  [K, n], int64, in the order of the batch
     */
    static void note(Tensor window, Tensor codes) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            long fresh = Math.min(codes.size(1), WINDOW);
            Tensor old = window.narrow(1, fresh, WINDOW - fresh);
            Tensor last = codes.narrow(1, codes.size(1) - fresh, fresh).to(window.dtype());
            window.copy_(Torch.cat(List.of(old, last), 1));
        }
    }

    /** The part of the codes that is in the window, a mean over the codebooks. */
    static double fraction(Tensor window, long entries) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            double used = 0;
            for (Tensor choices : window.to(DType.INT64).unbind(0)) {
                used += choices.bincount(null, entries).gt(0).sum().item();
            }
            return used / window.size(0) / entries;
        }
    }
}
