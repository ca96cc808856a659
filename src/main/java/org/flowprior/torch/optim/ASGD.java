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
public final class ASGD extends ZeroStart {

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
    void update(Group group) {
        double lr = group.options().learningRate();
        List<Tensor> g = ParameterStates.gradients(group);
        List<Double> steps = ParameterStates.count(group.states());
        for (int i = 0; i < group.parameters().size(); i++) {
            Map<String, Tensor> state = group.states().get(i);
            Tensor parameter = group.parameters().get(i);
            double rate = state.get(RATE).item();
            parameter.mul_(1 - group.options().number("lambd") * rate).add_(g.get(i), -rate);
            state.get(AVERAGE).lerp_(parameter, state.get(WEIGHT).item());
            state.get(RATE).fill_(lr / Math.pow(1 + group.options().number("lambd") * lr * steps.get(i),
                    group.options().number("alpha")));
            state.get(WEIGHT).fill_(1 / Math.max(1, steps.get(i) - group.options().number("t0")));
        }
    }

    @Override
    void start(OptimizerOptions options, Map<String, Tensor> state) {
        state.put(RATE, Tensor.scalar((float) options.learningRate()));
        state.put(WEIGHT, Tensor.scalar(1f));
    }

    @Override
    protected Map<String, long[]> stateShapes(OptimizerOptions options, Tensor parameter) {
        Map<String, long[]> shapes = ParameterStates.shapes(parameter, ParameterStates.STEP, RATE, WEIGHT, AVERAGE);
        shapes.put(RATE, new long[0]);
        shapes.put(WEIGHT, new long[0]);
        return shapes;
    }
}
