package org.flowprior.mar;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.flowprior.flow.FixedStepSolver;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Samples a flow head: solves dx/dt = v(x, t) from noise at t = 1 to data at t = 0, the official meaning of t. */
final class FlowSampler implements TokenSampler {

    private final FixedStepSolver solver;
    private final double temperature;
    private final double[] times;

    FlowSampler(HeadSampling sampling) {
        solver = sampling.odeSolver();
        temperature = sampling.temperature();
        List<Double> evaluated = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            solver.solve((t, state) -> {
                evaluated.add(t);
                return state;
            }, List.of(Torch.zeros(1)), 1, 0);
        }
        times = evaluated.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Override
    public double[] times() {
        return times.clone();
    }

    @Override
    public Tensor sample(Evaluation network, IntFunction<Tensor> noise) {
        int[] evaluations = {0};
        List<Tensor> start = List.of(noise.apply(0).mul(temperature));
        return solver.solve((t, state) -> List.of(network.at(evaluations[0]++, state.getFirst())), start, 1, 0)
                .state().getFirst();
    }
}
