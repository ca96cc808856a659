package org.flowprior.torch.optim;

/**
 * Lowers the learning rates when a metric has not improved for some time:
 * {@code torch.optim.lr_scheduler.ReduceLROnPlateau} with a relative threshold.
 */
public final class ReduceLROnPlateau {

    private static final double SMALLEST_CHANGE = 1e-8;

    private final Optimizer optimizer;
    private final boolean min;
    private final double factor;
    private final long patience;
    private final double threshold;
    private final long cooldown;
    private final double minLr;
    private double best;
    private long waited;
    private long cooling;

    /** With PyTorch's defaults: the metric should fall, 0.1, 10, 1e-4, 0 and 0. */
    public ReduceLROnPlateau(Optimizer optimizer) {
        this(optimizer, "min", 0.1, 10, 1e-4, 0, 0);
    }

    /**
     * With all options.
     *
     * @param mode      {@code "min"} if the metric should fall, {@code "max"} if it should rise
     * @param factor    factor of the rates, below 1
     * @param patience  calls without improvement that change nothing
     * @param threshold smallest relative change that is an improvement
     * @param cooldown  calls after a change that do not count
     * @param minLr     smallest rate
     * @throws IllegalArgumentException if the mode is another one or the factor not below 1
     */
    public ReduceLROnPlateau(Optimizer optimizer, String mode, double factor, long patience, double threshold,
            long cooldown, double minLr) {
        if (!mode.matches("min|max") || !(factor < 1)) {
            throw new IllegalArgumentException("the mode must be \"min\" or \"max\" and the factor below 1, not " + mode
                    + " and " + factor);
        }
        this.optimizer = optimizer;
        this.min = mode.equals("min");
        this.factor = factor;
        this.patience = patience;
        this.threshold = threshold;
        this.cooldown = cooldown;
        this.minLr = minLr;
        best = min ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    }

    /** Takes a new value of the metric, and lowers the rates if it is time. */
    public void step(double metric) {
        boolean better = min ? metric < best * (1 - threshold) : metric > best * (1 + threshold);
        best = better ? metric : best;
        waited = better ? 0 : waited + 1;
        if (cooling > 0) {
            cooling--;
            waited = 0;
        }
        if (waited > patience) {
            reduce();
            cooling = cooldown;
            waited = 0;
        }
    }

    private void reduce() {
        for (int g = 0; g < optimizer.parameterGroups().size(); g++) {
            double before = optimizer.learningRate(g);
            double after = Math.max(before * factor, minLr);
            if (before - after > SMALLEST_CHANGE) {
                optimizer.setLearningRate(g, after);
            }
        }
    }
}
