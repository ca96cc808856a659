package org.flowprior.torch.optim;

/** Changes the factor of the rate linearly during the first steps: {@code torch.optim.lr_scheduler.LinearLR}. */
public final class LinearLR extends LRScheduler {

    private final double startFactor;
    private final double endFactor;
    private final long totalIters;

    /** With PyTorch's defaults: from a third to 1 in five steps. */
    public LinearLR(Optimizer optimizer) {
        this(optimizer, 1.0 / 3, 1, 5);
    }

    /** Throws {@link IllegalArgumentException} if the first factor is not in (0, 1] or the last not in [0, 1]. */
    public LinearLR(Optimizer optimizer, double startFactor, double endFactor, long totalIters) {
        super(optimizer);
        if (!(startFactor > 0 && startFactor <= 1 && endFactor >= 0 && endFactor <= 1 && totalIters > 0)) {
            throw new IllegalArgumentException("factors must be in (0, 1] and [0, 1] and totalIters positive, not "
                    + startFactor + ", " + endFactor + " and " + totalIters);
        }
        this.startFactor = startFactor;
        this.endFactor = endFactor;
        this.totalIters = totalIters;
        begin();
    }

    @Override
    protected double rate(double initialRate, long number) {
        return initialRate * (startFactor + (endFactor - startFactor) * Math.min(number, totalIters) / totalIters);
    }
}
