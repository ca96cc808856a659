package org.flowprior.torch.optim;

/** Multiplies the rate by {@code gamma} every {@code stepSize} steps: {@code torch.optim.lr_scheduler.StepLR}. */
public final class StepLR extends LRScheduler {

    private final long stepSize;
    private final double gamma;

    /** With PyTorch's {@code gamma}, 0.1. */
    public StepLR(Optimizer optimizer, long stepSize) {
        this(optimizer, stepSize, 0.1);
    }

    /** Throws {@link IllegalArgumentException} if {@code stepSize} is not positive. */
    public StepLR(Optimizer optimizer, long stepSize, double gamma) {
        super(optimizer);
        if (stepSize < 1) {
            throw new IllegalArgumentException("stepSize must be positive, not " + stepSize);
        }
        this.stepSize = stepSize;
        this.gamma = gamma;
        begin();
    }

    @Override
    protected double rate(double initialRate, long number) {
        return initialRate * Math.pow(gamma, number / stepSize);
    }
}
