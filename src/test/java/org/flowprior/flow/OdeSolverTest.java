package org.flowprior.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

@InScope
class OdeSolverTest {

    /** y' = y cos t and z' = y: y = exp(sin t) from y(0) = 1. */
    private static final OdeSolver.Slope WAVE =
            (t, state) -> List.of(state.get(0).mul(Math.cos(t)), state.get(0).clone());
    /** scipy.integrate.quad(lambda t: exp(sin(t)), 0, 2)[0] */
    private static final double INTEGRAL = 4.23653115722101;

    private static List<Tensor> start(DType dtype) {
        return List.of(Torch.ones(new long[] {3, 2}, dtype), Torch.zeros(new long[] {3, 2}, dtype));
    }

    private static double error(OdeSolver solver) {
        OdeSolver.Solution solution = solver.solve(WAVE, start(DType.FLOAT64), 0, 2);
        return solution.state().get(0).sub(Math.exp(Math.sin(2))).abs().max().item();
    }

    @Test
    void equalStepsConvergeWithTheOrderOfTheMethod() {
        int[] orders = {1, 2, 2, 4};
        int[] costs = {1, 2, 2, 4};
        for (FixedStepSolver.Method method : FixedStepSolver.Method.values()) {
            double ratio = error(new FixedStepSolver(method, 40)) / error(new FixedStepSolver(method, 80));
            int i = method.ordinal();
            assertThat(Math.log(ratio) / Math.log(2)).as(method.name()).isCloseTo(orders[i], within(.15));
            assertThat(new FixedStepSolver(method, 7).solve(WAVE, start(DType.FLOAT64), 0, 2).evaluations())
                    .isEqualTo(7L * costs[i]);
        }
    }

    @Test
    void adaptiveErrorsFollowTheTolerance() {
        for (double tolerance : new double[] {1e-4, 1e-7, 1e-10}) {
            OdeSolver.Solution solution =
                    new DormandPrince(tolerance, tolerance, 1000).solve(WAVE, start(DType.FLOAT64), 0, 2);
            assertThat(solution.state().get(0).toDoubleArray())
                    .containsOnly(new double[] {Math.exp(Math.sin(2))}, within(20 * tolerance));
            assertThat(solution.state().get(1).toDoubleArray())
                    .containsOnly(new double[] {INTEGRAL}, within(20 * tolerance));
        }
    }

    @Test
    void backwardsLeadsBackToTheStart() {
        for (OdeSolver solver : List.of(new DormandPrince(1e-10, 1e-10, 1000),
                new FixedStepSolver(FixedStepSolver.Method.RK4, 200))) {
            OdeSolver.Solution there = solver.solve(WAVE, start(DType.FLOAT64), 0, 2);
            OdeSolver.Solution back = solver.solve(WAVE, there.state(), 2, 0);
            assertThat(back.state().get(0).toDoubleArray()).containsOnly(new double[] {1}, within(1e-8));
            assertThat(back.state().get(1).toDoubleArray()).containsOnly(new double[] {0}, within(1e-8));
        }
    }

    // Dormand and Prince: six evaluations a step after the first, as the last of a step is the first of the next; the
    // choice of the first step takes one more.
    @Test
    void evaluationsAreCountedWithTheRejectedSteps() {
        long[] asked = {0};
        OdeSolver.Slope counting = (t, state) -> {
            asked[0]++;
            return List.of(state.getFirst().mul(-1000).add(1000 * Math.cos(t)));
        };
        OdeSolver.Solution solution = new DormandPrince(1e-6, 1e-6, 10_000)
                .solve(counting, List.of(Torch.zeros(new long[] {1}, DType.FLOAT64)), 0, 1);
        assertThat(solution.evaluations()).isEqualTo(asked[0]);
        assertThat((solution.evaluations() - 2) % 6).isZero();
        // y = (1e6 cos t + 1e3 sin t - 1e6 exp(-1000 t))/(1e6 + 1)
        assertThat(solution.state().getFirst().item())
                .isCloseTo((1e6 * Math.cos(1) + 1e3 * Math.sin(1)) / (1e6 + 1), within(1e-5));
    }

    @Test
    void theWorstEntryDecidesSoCompanyDoesNotBlurIt() {
        OdeSolver.Slope stiff = (t, state) -> List.of(state.getFirst().mul(Math.cos(20 * t) * 20));
        DormandPrince solver = new DormandPrince(1e-6, 1e-6, 1000);
        Tensor alone = Torch.ones(new long[] {1}, DType.FLOAT64);
        Tensor crowd = Torch.cat(List.of(alone, Torch.zeros(new long[] {10_000}, DType.FLOAT64)));
        long steps = solver.solve(stiff, List.of(alone), 0, 1).evaluations();
        OdeSolver.Solution together = solver.solve(stiff, List.of(crowd), 0, 1);
        assertThat(together.evaluations()).isEqualTo(steps);
        assertThat(together.state().getFirst().select(0, 0).item()).isCloseTo(Math.exp(Math.sin(20)), within(2e-5));
    }

    @Test
    void float32StaysFloat32() {
        for (OdeSolver solver : List.of(new DormandPrince(1e-5, 1e-5, 1000),
                new FixedStepSolver(FixedStepSolver.Method.RK4, 50))) {
            Tensor y = solver.solve(WAVE, start(DType.FLOAT32), 0, 2).state().getFirst();
            assertThat(y.dtype()).isEqualTo(DType.FLOAT32);
            assertThat(y.toDoubleArray()).containsOnly(new double[] {Math.exp(Math.sin(2))}, within(1e-4));
        }
    }

    @Test
    void theStartStaysAndNothingIsRecorded() {
        for (OdeSolver solver : List.of(DormandPrince.DEFAULT, new FixedStepSolver(FixedStepSolver.Method.HEUN, 3))) {
            List<Tensor> start = start(DType.FLOAT64);
            start.getFirst().requiresGrad_(true);
            // A slope that is the state itself: in-place updates must not reach into it.
            OdeSolver.Slope itself = (t, state) -> List.of(state.get(0), state.get(0));
            OdeSolver.Solution solution = solver.solve(itself, start, 0, 1);
            assertThat(start.getFirst().toDoubleArray()).containsOnly(1);
            assertThat(solution.state().getFirst().requiresGrad()).isFalse();
            assertThat(solution.state().get(1).sub(solution.state().get(0)).add(1).abs().max().item())
                    .isLessThan(1e-12);
            assertThat(solver.solve(itself, start, 1, 1).state().getFirst().toDoubleArray()).containsOnly(1);
        }
    }

    @Test
    void stepsThatRunOutAndSlopesThatAreNotFiniteAreErrors() {
        assertThatThrownBy(() -> new DormandPrince(1e-10, 1e-10, 5).solve(WAVE, start(DType.FLOAT64), 0, 2))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("used up its 5 steps at t = 0.");
        OdeSolver.Slope pole = (t, state) -> List.of(state.getFirst().div(t < 1 ? 1 : 0).mul(0));
        assertThatThrownBy(() -> DormandPrince.DEFAULT
                .solve(pole, List.of(Torch.ones(new long[] {1}, DType.FLOAT64)), 0, 2))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("not finite");
        assertThatThrownBy(() -> new DormandPrince(0, 1e-6, 10)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FixedStepSolver(FixedStepSolver.Method.RK4, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSolutionIsAllThatRemains() {
        List<Tensor> start = start(DType.FLOAT64);
        long before = Memory.liveTensors();
        new DormandPrince(1e-6, 1e-6, 100).solve(WAVE, start, 0, 2);
        assertThat(Memory.liveTensors()).isEqualTo(before + 2);
    }
}
