package org.flowprior.torch.optim;

import java.util.function.LongToDoubleFunction;

/** Multiplies the initial rate by a function of the number of steps: {@code torch.optim.lr_scheduler.LambdaLR}. */
public final class LambdaLR extends LRScheduler {

    private final LongToDoubleFunction factor;

    /** With this function, the same for all groups. */
    public LambdaLR(Optimizer optimizer, LongToDoubleFunction factor) {
        super(optimizer);
        this.factor = factor;
        begin();
    }

    @Override
    protected double rate(double initialRate, long number) {
        return initialRate * factor.applyAsDouble(number);
    }
}
