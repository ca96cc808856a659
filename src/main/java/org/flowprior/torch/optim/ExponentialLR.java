package org.flowprior.torch.optim;

/** Multiplies the rate by {@code gamma} at every step: {@code torch.optim.lr_scheduler.ExponentialLR}. */
public final class ExponentialLR extends LRScheduler {

    private final double gamma;

    /** With this factor. */
    public ExponentialLR(Optimizer optimizer, double gamma) {
        super(optimizer);
        this.gamma = gamma;
        begin();
    }

    @Override
    protected double rate(double initialRate, long number) {
        return initialRate * Math.pow(gamma, number);
    }
}
