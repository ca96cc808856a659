package org.flowprior.autoencoder;

import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * The entropy of each token's choice of a code less that of the choice averaged over tokens: small where every token is
 * sure and all codes are in use (Yu et al., 2024, and MaskGIT's code).
 */
final class CodeEntropy {

    private static final double TEMPERATURE = 0.01;
    private static final double LOG_SHIFT = 1e-5;

    private CodeEntropy() {}

    /**
     * @param affinity of rows to codes, [R, n]
     * @param epsilon  added to the mean probabilities where their logarithm is taken
     * @return a scalar
     */
    static Tensor loss(Tensor affinity, double epsilon) {
        return Scope.returning(() -> {
            Tensor logits = affinity.div(TEMPERATURE);
            Tensor chances = logits.softmax(-1);
            Tensor logChances = logits.add(LOG_SHIFT).logSoftmax(-1);
            Tensor mean = chances.mean(0);
            Tensor ofMean = mean.mul(mean.add(epsilon).log()).sum().neg();
            Tensor ofRows = chances.mul(logChances).sum(-1).mean().neg();
            return ofRows.sub(ofMean);
        });
    }
}
