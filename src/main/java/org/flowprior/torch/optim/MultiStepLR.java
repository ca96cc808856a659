package org.flowprior.torch.optim;

import java.util.List;

/** Multiplies the rate by {@code gamma} at each milestone: {@code torch.optim.lr_scheduler.MultiStepLR}. */
public final class MultiStepLR extends LRScheduler {

    private final List<Long> milestones;
    private final double gamma;

    /** With PyTorch's {@code gamma}, 0.1. */
    public MultiStepLR(Optimizer optimizer, List<Long> milestones) {
        this(optimizer, milestones, 0.1);
    }

    /** A milestone that occurs twice counts twice. */
    public MultiStepLR(Optimizer optimizer, List<Long> milestones, double gamma) {
        super(optimizer);
        this.milestones = List.copyOf(milestones);
        this.gamma = gamma;
        begin();
    }

    @Override
    protected double rate(double initialRate, long number) {
        return initialRate * Math.pow(gamma, milestones.stream().filter(milestone -> milestone <= number).count());
    }
}
