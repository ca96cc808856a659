package org.flowprior.torch.optim;

import java.util.List;
import java.util.Map;
import org.flowprior.torch.Foreach;
import org.flowprior.torch.Tensor;

/**
 * Gradients divided by the root of the sum of all their squares (Duchi et al., 2011): {@code torch.optim.Adagrad}.
 *
 * <p>Options, with PyTorch's defaults in {@link #DEFAULTS}:
 *
 * <ul>
 *   <li>{@code lr}: learning rate, 0.01
 *   <li>{@code lr_decay}: the rate is divided by 1 + (steps before) times this, 0
 *   <li>{@code eps}: addend of the denominator, 1e-10
 *   <li>{@code weight_decay}: added to the gradient times the parameter, 0
 *   <li>{@code initial_accumulator_value}: where the sum starts, 0
 *   <li>{@code maximize}: whether to maximise the loss, false
 * </ul>
 */
public final class Adagrad extends ZeroStart {

    /** PyTorch's defaults. */
    public static final OptimizerOptions DEFAULTS = OptimizerOptions.ofLearningRate(1e-2)
            .and("lr_decay", 0.0).and("eps", 1e-10).and("weight_decay", 0.0).and("initial_accumulator_value", 0.0)
            .andPyTorchs("foreach").and("maximize", false).andPyTorchs("differentiable", "fused");

    private static final String SUM = "sum";

    /** Optimises the parameters with PyTorch's default options. */
    public Adagrad(List<Tensor> parameters) {
        this(parameters, DEFAULTS);
    }

    /** Optimises the parameters with this learning rate and PyTorch's other defaults. */
    public Adagrad(List<Tensor> parameters, double learningRate) {
        this(parameters, DEFAULTS.withLearningRate(learningRate));
    }

    /** Optimises one group of parameters. */
    public Adagrad(List<Tensor> parameters, OptimizerOptions options) {
        super(parameters, options);
    }

    private Adagrad(OptimizerOptions options, List<ParameterGroup> groups) {
        super(options, groups);
    }

    /** Optimises groups with their own learning rates and weight decays; the other options are common to them. */
    public static Adagrad ofGroups(List<ParameterGroup> groups, OptimizerOptions options) {
        return new Adagrad(options, groups);
    }

    @Override
    void update(Group group) {
        List<Tensor> g = ParameterStates.gradients(group);
        OptimizerOptions options = group.options();
        List<Double> rates = ParameterStates.count(group.states()).stream()
                .map(step -> -options.learningRate() / (1 + (step - 1) * options.number("lr_decay"))).toList();
        List<Tensor> sums = ParameterStates.all(group.states(), SUM);
        Foreach.addcmul_(sums, g, g, 1);
        List<Tensor> roots = Foreach.sqrt(sums);
        Foreach.add_(roots, group.options().number("eps"));
        Foreach.addcdiv_(group.parameters(), g, roots, rates);
    }

    @Override
    void start(OptimizerOptions options, Map<String, Tensor> state) {
        state.get(SUM).fill_(options.number("initial_accumulator_value"));
    }

    @Override
    protected Map<String, long[]> stateShapes(OptimizerOptions options, Tensor parameter) {
        return ParameterStates.shapes(parameter, ParameterStates.STEP, SUM);
    }
}
