package org.flowprior.mar;

import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Special;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * The share of tokens masked in a training step: a normal distribution with mean 1 and deviation 0.25, truncated to
 * [minimum, 1] (Li et al. 2024, Sec. 3.4; the official {@code mask_ratio_generator}), drawn through the inverse of its
 * distribution function.
 *
 * @param minimum the least share, at least 0 and below 1; officially 0.7
 */
record MaskRatio(double minimum) {

    private static final double DEVIATION = 0.25;

    /** Throws {@link IllegalArgumentException} for a minimum out of range. */
    MaskRatio {
        if (!(minimum >= 0 && minimum < 1)) {
            throw new IllegalArgumentException("the least mask ratio must be at least 0 and below 1, not " + minimum);
        }
    }

    /**
     * Returns the shares at these values of the distribution function.
     *
     * @param u float64 in [0, 1]
     * @return float64 in [minimum, 1], of the same shape
     */
    Tensor ratios(Tensor u) {
        return Scope.returning(() -> {
            double below = distribution((minimum - 1) / DEVIATION);
            return Special.ndtri(u.mul(0.5 - below).add(below)).mul(DEVIATION).add(1).clamp(minimum, 1);
        });
    }

    /** Returns how many of {@code tokens} are masked at the ratios: int64, 1 to all of them. */
    Tensor counts(Tensor ratios, long tokens) {
        return Scope.returning(() -> ratios.mul(tokens).ceil().clamp(1, tokens).to(DType.INT64));
    }

    /**
     * Draws how many of {@code tokens} a step masks.
     *
     * @param generator of the CPU; null for the default one
     */
    long draw(Generator generator, long tokens) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Tensor u = Torch.rand(new long[] {1}, generator, DType.FLOAT64);
            return counts(ratios(u), tokens).toLongArray()[0];
        }
    }

    private static double distribution(double x) {
        return Tensor.of(new double[] {x}).into(Special::ndtr).into(Tensor::item);
    }
}
