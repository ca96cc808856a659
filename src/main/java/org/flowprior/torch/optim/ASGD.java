package org.flowprior.torch.optim;

import java.util.List;
import java.util.Map;
import org.flowprior.torch.Tensor;

/**
 * Gradient descent that also averages its parameters (Polyak and Juditsky, 1992): {@code torch.optim.ASGD}.
 * The averages are the state {@code ax}.
 *
 * <p>Options, with PyTorch's defaults in {@link #DEFAULTS}:
 *
 * <ul>
 *   <li>{@code lr}: learning rate, 0.01
 *   <li>{@code lambd}: decay of the parameters, 1e-4
 *   <li>{@code alpha}: power with which the rate falls, 0.75
 *   <li>{@code t0}: step at which averaging starts, 1e6
 *   <li>{@code weight_decay}: added to the gradient times the parameter, 0
 *   <li>{@code maximize}: whether to maximise the loss, false
 * </ul>
 */
public final class ASGD extends Optimizer {

    /** PyTorch's defaults. */
    public static final OptimizerOptions DEFAULTS = OptimizerOptions.ofLearningRate(1e-2)
            .and("lambd", 1e-4).and("alpha", 0.75).and("t0", 1e6).and("weight_decay", 0.0)
            .andPyTorchs("foreach").and("maximize", false).andPyTorchs("differentiable", "capturable");

    private static final String RATE = "eta";
    private static final String WEIGHT = "mu";
    private static final String AVERAGE = "ax";

    /** Optimises the parameters with PyTorch's default options. */
    public ASGD(List<Tensor> parameters) {
        this(parameters, DEFAULTS);
    }

    /** Optimises the parameters with this learning rate and PyTorch's other defaults. */
    public ASGD(List<Tensor> parameters, double learningRate) {
        this(parameters, DEFAULTS.withLearningRate(learningRate));
    }

    /** Optimises one group of parameters. */
    public ASGD(List<Tensor> parameters, OptimizerOptions options) {
        super(parameters, options);
    }

    private ASGD(OptimizerOptions options, List<ParameterGroup> groups) {
        super(options, groups);
    }

    /** Optimises groups with their own learning rates and weight decays; the other options are common to them. */
    public static ASGD ofGroups(List<ParameterGroup> groups, OptimizerOptions options) {
        return new ASGD(options, groups);
    }

    @Override
    protected void update(OptimizerOptions options, List<Tensor> parameters, List<Tensor> gradients,
            List<Map<String, Tensor>> states) {
        double lr = options.learningRate();
        List<Map<String, Tensor>> started = states.stream().filter(Map::isEmpty).toList();
        ParameterStates.startAtZero(this, options, parameters, states);
        started.forEach(state -> {
            state.put(RATE, Tensor.scalar((float) lr));
            state.put(WEIGHT, Tensor.scalar(1f));
        });
        List<Tensor> g = ParameterStates.gradients(options, parameters, gradients);
        List<Double> steps = ParameterStates.count(states);
        for (int i = 0; i < parameters.size(); i++) {
            Map<String, Tensor> state = states.get(i);
            Tensor parameter = parameters.get(i);
            double rate = state.get(RATE).item();
            parameter.mul_(1 - options.number("lambd") * rate).add_(g.get(i), -rate);
            state.get(AVERAGE).lerp_(parameter, state.get(WEIGHT).item());
            state.get(RATE).fill_(lr / Math.pow(1 + options.number("lambd") * lr * steps.get(i),
                    options.number("alpha")));
            state.get(WEIGHT).fill_(1 / Math.max(1, steps.get(i) - options.number("t0")));
        }
    }

    @Override
    protected Map<String, long[]> stateShapes(OptimizerOptions options, Tensor parameter) {
        Map<String, long[]> shapes = ParameterStates.shapes(parameter, ParameterStates.STEP, RATE, WEIGHT, AVERAGE);
        shapes.put(RATE, new long[0]);
        shapes.put(WEIGHT, new long[0]);
        return shapes;
    }
}
