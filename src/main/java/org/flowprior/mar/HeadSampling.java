package org.flowprior.mar;

import java.util.Locale;
import org.flowprior.flow.FixedStepSolver;

/**
 * How the head makes tokens from noise.
 *
 * @param solver      the method
 * @param steps       its steps, at least 1; {@link Solver#OFFICIAL} counts differently and takes at least 2
 * @param temperature factor of the initial noise of a flow head, and of the noise that each step of a diffusion head
 *                    adds; at least 0
 */
public record HeadSampling(Solver solver, int steps, double temperature) {

    /** A method. */
    public enum Solver {
        /**
         * The official code's meaning of steps: a flow head takes Euler's method between that many points in time, so
         * one evaluation fewer; a diffusion head takes ancestral sampling at that many of its times.
         */
        OFFICIAL,
        /** Euler's method, one evaluation a step. Flow heads only. */
        EULER,
        /** The midpoint method, two evaluations a step. Flow heads only. */
        MIDPOINT,
        /** Heun's method, two evaluations a step. Flow heads only. */
        HEUN
    }

    /** The official setting: 100 points in time, so 99 evaluations of a flow head. */
    public static final HeadSampling OFFICIAL = new HeadSampling(Solver.OFFICIAL, 100, 1);
    /** The paper's 100 Euler steps. */
    public static final HeadSampling PAPER = new HeadSampling(Solver.EULER, 100, 1);

    /** Throws {@link IllegalArgumentException} for numbers out of range. */
    public HeadSampling {
        int least = solver == Solver.OFFICIAL ? 2 : 1;
        if (steps < least) {
            throw new IllegalArgumentException("sampling the head with solver " + name(solver) + " needs at least "
                    + least + (least == 1 ? " step" : " steps") + ", not " + steps);
        }
        if (!(temperature >= 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("the temperature must be a number of at least 0, not " + temperature);
        }
    }

    /** Returns how a flow head's differential equation is solved. */
    FixedStepSolver odeSolver() {
        return switch (solver) {
            case OFFICIAL -> new FixedStepSolver(FixedStepSolver.Method.EULER, steps - 1);
            case EULER -> new FixedStepSolver(FixedStepSolver.Method.EULER, steps);
            case MIDPOINT -> new FixedStepSolver(FixedStepSolver.Method.MIDPOINT, steps);
            case HEUN -> new FixedStepSolver(FixedStepSolver.Method.HEUN, steps);
        };
    }

    /** Throws {@link IllegalArgumentException} if a diffusion head does not have the method. */
    void requireDiffusion() {
        if (solver != Solver.OFFICIAL) {
            throw new IllegalArgumentException("solver " + name(solver)
                    + " is one of flow heads; a diffusion head takes solver official");
        }
    }

    private static String name(Solver solver) {
        return solver.name().toLowerCase(Locale.ROOT);
    }
}
