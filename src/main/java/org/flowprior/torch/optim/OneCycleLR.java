package org.flowprior.torch.optim;

import java.util.Map;

/**
 * Raises the rate to a maximum and lowers it far below its start, while the momentum does the opposite (Smith and Topin,
 * 2019): {@code torch.optim.lr_scheduler.OneCycleLR} in two phases.
 */
public final class OneCycleLR extends LRScheduler {

    private final double maxLr;
    private final long totalSteps;
    private final double pctStart;
    private final boolean linear;
    private final boolean cycleMomentum;
    private final double baseMomentum;
    private final double maxMomentum;
    private final double divFactor;
    private final double finalDivFactor;

    /** With PyTorch's defaults: 0.3, "cos", true, 0.85, 0.95, 25 and 10,000. */
    public OneCycleLR(Optimizer optimizer, double maxLr, long totalSteps) {
        this(optimizer, maxLr, totalSteps, 0.3, "cos", true, 0.85, 0.95, 25, 1e4);
    }

    /**
     * With all options.
     *
     * @param pctStart       share of the steps in which the rate rises, in [0, 1]
     * @param annealStrategy {@code "cos"} or {@code "linear"}
     * @param cycleMomentum  whether to change the momentum too, or the first of the betas
     * @param baseMomentum   the momentum at the highest rate
     * @param maxMomentum    the momentum at the start and the end
     * @param divFactor      the rate starts at {@code maxLr} divided by this
     * @param finalDivFactor and ends at the start divided by this
     * @throws IllegalArgumentException if an option is out of range, or the optimiser has no momentum to change
     */
    public OneCycleLR(Optimizer optimizer, double maxLr, long totalSteps, double pctStart, String annealStrategy,
            boolean cycleMomentum, double baseMomentum, double maxMomentum, double divFactor, double finalDivFactor) {
        super(optimizer);
        Map<String, Object> options = optimizer.options(0).values();
        if (totalSteps < 1 || !(pctStart >= 0 && pctStart <= 1) || !annealStrategy.matches("cos|linear")) {
            throw new IllegalArgumentException("totalSteps must be positive, pctStart in [0, 1] and annealStrategy "
                    + "\"cos\" or \"linear\", not " + totalSteps + ", " + pctStart + " and " + annealStrategy);
        }
        if (cycleMomentum && !options.containsKey("momentum") && !options.containsKey("betas")) {
            throw new IllegalArgumentException(optimizer.getClass().getSimpleName()
                    + " has neither momentum nor betas; set cycleMomentum to false");
        }
        this.maxLr = maxLr;
        this.totalSteps = totalSteps;
        this.pctStart = pctStart;
        this.linear = annealStrategy.equals("linear");
        this.cycleMomentum = cycleMomentum;
        this.baseMomentum = baseMomentum;
        this.maxMomentum = maxMomentum;
        this.divFactor = divFactor;
        this.finalDivFactor = finalDivFactor;
        begin();
    }

    @Override
    protected double rate(double initialRate, long number) {
        double start = maxLr / divFactor;
        return between(number, start, maxLr, start / finalDivFactor);
    }

    @Override
    void set(Optimizer scheduled, long number) {
        if (!cycleMomentum) {
            return;
        }
        double momentum = between(number, maxMomentum, baseMomentum, maxMomentum);
        for (int g = 0; g < scheduled.parameterGroups().size(); g++) {
            OptimizerOptions options = scheduled.options(g);
            scheduled.setOptions(g, options.values().containsKey("betas")
                    ? options.withBetas(momentum, options.number("betas", 1)) : options.withMomentum(momentum));
        }
    }

    private double between(long number, double start, double middle, double end) {
        if (number > totalSteps) {
            throw new IllegalStateException("this scheduler has " + totalSteps + " steps, not " + number);
        }
        double turn = pctStart * totalSteps - 1;
        return number <= turn ? annealed(start, middle, number / turn)
                : annealed(middle, end, (number - turn) / (totalSteps - 1 - turn));
    }

    private double annealed(double from, double to, double share) {
        return linear ? from + (to - from) * share : to + (from - to) / 2 * (1 + Math.cos(Math.PI * share));
    }
}
