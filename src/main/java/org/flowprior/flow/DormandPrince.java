package org.flowprior.flow;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * The Runge-Kutta pair of Dormand and Prince, order 5 with an error estimate of order 4, with adaptive steps: six
 * evaluations a step. All rows of a batch share the step, and the worst entry of the state decides: a step is accepted
 * when the estimated error of every entry is at most {@code absolute + relative |entry|}. So a row is as exact in a
 * batch as alone, and one stiff row slows the others.
 *
 * <p>A proportional-integral controller sets the steps, with the constants of Hairer, Nørsett and Wanner's dopri5
 * (Solving Ordinary Differential Equations I, Sec. II.4).
 *
 * @param relative the relative tolerance, positive
 * @param absolute the absolute tolerance, positive
 * @param maxSteps the most steps, rejected ones included, before {@link IllegalStateException}
 */
public record DormandPrince(double relative, double absolute, int maxSteps) implements OdeSolver {

    /** For likelihoods in float64: errors under 1e-4 nats in the toy, with about 360 evaluations. */
    public static final DormandPrince DEFAULT = new DormandPrince(1e-6, 1e-6, 10_000);

    private static final ButcherTableau TABLEAU = new ButcherTableau(
            new double[] {0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1},
            new double[][] {
                {},
                {1.0 / 5},
                {3.0 / 40, 9.0 / 40},
                {44.0 / 45, -56.0 / 15, 32.0 / 9},
                {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
                {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
                {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84}},
            new double[] {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84, 0});
    /** The weights of order 5 minus those of order 4. */
    private static final double[] ERROR = {71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525,
        -1.0 / 40};
    private static final double SAFETY = 0.9;
    private static final double INTEGRAL = 0.04;
    private static final double PROPORTIONAL = 0.2 - 0.75 * INTEGRAL;
    private static final double MIN_FACTOR = 0.2;
    private static final double MAX_FACTOR = 10;

    /** Throws {@link IllegalArgumentException} for tolerances that are not positive and for less than one step. */
    public DormandPrince {
        if (!(relative > 0) || !(absolute > 0) || maxSteps < 1) {
            throw new IllegalArgumentException("Dormand-Prince needs positive tolerances and at least 1 step, not "
                    + relative + ", " + absolute + ", " + maxSteps);
        }
    }

    /** {@inheritDoc} Throws {@link IllegalStateException} when the steps run out, or shrink to nothing. */
    @Override
    public Solution solve(Slope slope, List<Tensor> start, double from, double to) {
        return Solution.of(start, state -> from == to ? 0 : new Integration(slope, state, from, to).run());
    }

    /** One solution in progress. */
    private final class Integration {

        private final Slope slope;
        private final List<Tensor> state;
        private final List<Tensor> first;
        private final double to;
        private double t;
        private double step;
        private double lastError = 1e-4;
        private long evaluations = 2;

        Integration(Slope slope, List<Tensor> state, double from, double to) {
            this.slope = slope;
            this.state = state;
            this.to = to;
            t = from;
            first = slope.at(from, state).stream().map(Tensor::clone).toList();
            step = firstStep();
        }

        /** A step for which the first two derivatives suggest that it will be accepted. */
        private double firstStep() {
            try (Scope scope = Scope.open()) {
                double size = worst(state, state, state);
                double speed = worst(first, state, state);
                double trial = size < 1e-5 || speed < 1e-5 ? 1e-6 : 0.01 * size / speed;
                trial = Math.copySign(Math.min(trial, Math.abs(to - t)), to - t);
                List<Tensor> ahead = ButcherTableau.plus(state, List.of(first), new double[] {1}, trial);
                List<Tensor> change = ButcherTableau.plus(slope.at(t + trial, ahead), List.of(first),
                        new double[] {-1}, 1);
                double curvature = Math.max(speed, worst(change, state, state) / Math.abs(trial));
                double second = curvature <= 1e-15 ? Math.max(1e-6, 1e-3 * Math.abs(trial))
                        : Math.pow(0.01 / curvature, 0.2);
                return Math.copySign(Math.min(100 * Math.abs(trial), second), to - t);
            }
        }

        long run() {
            boolean rejected = false;
            for (int steps = 0; t != to; steps++) {
                boolean last = Math.abs(step) >= Math.abs(to - t);
                double taken = last ? to - t : step;
                checkStep(steps, taken);
                double error = attempt(taken);
                step = taken * factor(error, rejected);
                rejected = !(error <= 1);
                if (!rejected) {
                    t = last ? to : t + taken;
                    lastError = Math.max(error, 1e-4);
                }
            }
            return evaluations;
        }

        private void checkStep(int steps, double taken) {
            if (steps == maxSteps) {
                throw new IllegalStateException("Dormand-Prince used up its " + maxSteps + " steps at t = " + t
                        + "; allow more of them, or larger tolerances");
            }
            if (!(Math.abs(taken) > 4 * Math.ulp(Math.max(Math.abs(t), Math.abs(to))))) {
                throw new IllegalStateException("Dormand-Prince cannot continue at t = " + t + ", its step is " + taken
                        + ": the slope is not finite there, or the tolerances are too small");
            }
        }

        /** Returns the error in units of the tolerance; if it is at most 1, the state moves on. */
        private double attempt(double taken) {
            try (Scope scope = Scope.open()) {
                List<List<Tensor>> slopes = TABLEAU.slopes(slope, t, taken, state, first);
                evaluations += TABLEAU.nodes().length - 1;
                List<Tensor> next = ButcherTableau.plus(state, slopes, TABLEAU.weights(), taken);
                List<Tensor> zeros = state.stream().map(Torch::zerosLike).toList();
                double worst = worst(ButcherTableau.plus(zeros, slopes, ERROR, taken), state, next);
                if (worst <= 1) {
                    ButcherTableau.copy(next, state);
                    ButcherTableau.copy(slopes.getLast(), first);
                }
                return worst;
            }
        }

        private double factor(double error, boolean rejected) {
            if (Double.isNaN(error)) {
                return MIN_FACTOR;
            }
            if (error > 1) {
                return Math.max(MIN_FACTOR, SAFETY * Math.pow(error, -0.2));
            }
            double factor = SAFETY * Math.pow(Math.max(error, 1e-10), -PROPORTIONAL) * Math.pow(lastError, INTEGRAL);
            return Math.clamp(factor, MIN_FACTOR, rejected ? 1 : MAX_FACTOR);
        }
    }

    /** Returns the largest entry in units of the tolerance, which depends on the state before and after. */
    private double worst(List<Tensor> entries, List<Tensor> before, List<Tensor> after) {
        try (Scope scope = Scope.open()) {
            List<Tensor> largest = new ArrayList<>();
            for (int k = 0; k < entries.size(); k++) {
                Tensor tolerance = before.get(k).abs().maximum(after.get(k).abs()).mul_(relative).add_(absolute);
                largest.add(entries.get(k).abs().div_(tolerance).amax().to(DType.FLOAT64));
            }
            return Torch.stack(largest).amax().item();
        }
    }
}
