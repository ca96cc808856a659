package org.flowprior.mar;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.flowprior.flow.FixedStepSolver;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** A flow head's: the equation dx/dt = v(x, t) from t = 1, noise, to t = 0, data, as official weights mean t. */
final class FlowWalk implements HeadWalk {

    private final FixedStepSolver solver;
    private final double temperature;
    private final double[] times;

    FlowWalk(HeadSampling sampling) {
        solver = sampling.odeSolver();
        temperature = sampling.temperature();
        List<Double> asked = new ArrayList<>();
        try (Tensor nothing = Torch.zeros(1)) {
            solver.solve((t, state) -> {
                asked.add(t);
                return state;
            }, List.of(nothing), 1, 0).state().getFirst().close();
        }
        times = asked.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Override
    public double[] times() {
        return times.clone();
    }

    @Override
    public Tensor walk(Evaluation network, IntFunction<Tensor> noise) {
        int[] evaluations = {0};
        List<Tensor> start = List.of(noise.apply(0).mul(temperature));
        return solver.solve((t, state) -> List.of(network.at(evaluations[0]++, state.getFirst())), start, 1, 0)
                .state().getFirst();
    }
}
