package org.flowprior.torch.optim;

import java.util.List;
import java.util.Map;
import org.flowprior.torch.Tensor;

/** An optimiser whose states start as zeros of the shapes that {@link #stateShapes} gives. */
abstract class ZeroStart extends Optimizer {

    /** The arguments of an update. */
    record Group(OptimizerOptions options, List<Tensor> parameters, List<Tensor> gradients,
            List<Map<String, Tensor>> states) {}

    ZeroStart(List<Tensor> parameters, OptimizerOptions options) {
        super(parameters, options);
    }

    ZeroStart(OptimizerOptions options, List<ParameterGroup> groups) {
        super(options, groups);
    }

    @Override
    protected final void update(OptimizerOptions options, List<Tensor> parameters, List<Tensor> gradients,
            List<Map<String, Tensor>> states) {
        List<Map<String, Tensor>> empty = states.stream().filter(Map::isEmpty).toList();
        ParameterStates.startAtZero(this, options, parameters, states);
        empty.forEach(state -> start(options, state));
        update(new Group(options, parameters, gradients, states));
    }

    /** Changes what does not start at zero. */
    void start(OptimizerOptions options, Map<String, Tensor> state) {}

    abstract void update(Group group);
}
