package org.flowprior.autoencoder;

import java.util.List;
import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** The entropy loss of codebooks, and the record of the codes that training chose last. */
final class Codebooks {

    /** Number of choices in the official buffer {@code codebook_used} of a codebook, which is only for logs. */
    static final long WINDOW = 65536;

    private static final double TEMPERATURE = 0.01;
    private static final double LOG_SHIFT = 1e-5;

    private Codebooks() {}

    /**
     * Returns the mean entropy of each token's choice of a code minus the entropy of the mean choice: small if every
     * token is sure and all codes are in use (Yu et al., 2024, and MaskGIT's code).
     *
     * @param affinity of rows to codes, [R, n]
     * @param epsilon  added to the mean probabilities inside their logarithm
     * @return a scalar
     */
    static Tensor entropyLoss(Tensor affinity, double epsilon) {
        return Scope.returning(() -> {
            Tensor logits = affinity.div(TEMPERATURE);
            Tensor probabilities = logits.softmax(-1);
            Tensor logProbabilities = logits.add(LOG_SHIFT).logSoftmax(-1);
            Tensor mean = probabilities.mean(0);
            Tensor ofMean = mean.mul(mean.add(epsilon).log()).sum().neg();
            Tensor ofRows = probabilities.mul(logProbabilities).sum(-1).mean().neg();
            return ofRows.sub(ofMean);
        });
    }

    /**
     * Appends choices to the window; the oldest drop out.
     *
     * @param window [K, 65536]
     * @param codes  [K, n], int64, in the order of the batch
     */
    static void recordChoices(Tensor window, Tensor codes) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            long fresh = Math.min(codes.size(1), WINDOW);
            Tensor old = window.narrow(1, fresh, WINDOW - fresh);
            Tensor last = codes.narrow(1, codes.size(1) - fresh, fresh).to(window.dtype());
            window.copy_(Torch.cat(List.of(old, last), 1));
        }
    }

    /** Returns the share of the codes that are in the window, as a mean over the codebooks. */
    static double usage(Tensor window, long entries) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            double used = 0;
            for (Tensor choices : window.to(DType.INT64).unbind(0)) {
                used += choices.bincount(null, entries).gt(0).sum().item();
            }
            return used / window.size(0) / entries;
        }
    }
}
