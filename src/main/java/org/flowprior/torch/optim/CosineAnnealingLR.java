package org.flowprior.torch.optim;

/** Follows half a cosine from the rate to the minimum in {@code tMax} steps, and then back: {@code torch.optim.lr_scheduler.CosineAnnealingLR}. */
public final class CosineAnnealingLR extends LRScheduler {

    private final long tMax;
    private final double minimum;

    /** With the minimum 0. */
    public CosineAnnealingLR(Optimizer optimizer, long tMax) {
        this(optimizer, tMax, 0);
    }

    /** Throws {@link IllegalArgumentException} if {@code tMax} is not positive. */
    public CosineAnnealingLR(Optimizer optimizer, long tMax, double minimum) {
        super(optimizer);
        if (tMax < 1) {
            throw new IllegalArgumentException("tMax must be positive, not " + tMax);
        }
        this.tMax = tMax;
        this.minimum = minimum;
        begin();
    }

    @Override
    protected double rate(double initialRate, long number) {
        return minimum + (initialRate - minimum) * (1 + Math.cos(Math.PI * number / tMax)) / 2;
    }
}
