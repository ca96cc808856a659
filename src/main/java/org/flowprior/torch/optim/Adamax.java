package org.flowprior.torch.optim;

import java.util.List;
import java.util.Map;
import org.flowprior.torch.Foreach;
import org.flowprior.torch.Tensor;

/**
 * Adam with the largest decayed gradient instead of the second moment (Kingma and Ba, 2015):
 * {@code torch.optim.Adamax}.
 *
 * <p>Options, with PyTorch's defaults in {@link #DEFAULTS}:
 *
 * <ul>
 *   <li>{@code lr}: learning rate, 0.002
 *   <li>{@code betas}: decay rates of the two moments, 0.9 and 0.999
 *   <li>{@code eps}: addend of the denominator, 1e-8
 *   <li>{@code weight_decay}: added to the gradient times the parameter, 0
 *   <li>{@code maximize}: whether to maximise the loss, false
 * </ul>
 */
public final class Adamax extends ZeroStart {

    /** PyTorch's defaults. */
    public static final OptimizerOptions DEFAULTS = OptimizerOptions.ofLearningRate(2e-3)
            .and("betas", List.of(0.9, 0.999)).and("eps", 1e-8).and("weight_decay", 0.0).andPyTorchs("foreach")
            .and("maximize", false).andPyTorchs("differentiable", "capturable");

    private static final String AVERAGE = "exp_avg";
    private static final String LARGEST = "exp_inf";

    /** Optimises the parameters with PyTorch's default options. */
    public Adamax(List<Tensor> parameters) {
        this(parameters, DEFAULTS);
    }

    /** Optimises the parameters with this learning rate and PyTorch's other defaults. */
    public Adamax(List<Tensor> parameters, double learningRate) {
        this(parameters, DEFAULTS.withLearningRate(learningRate));
    }

    /** Optimises one group of parameters. */
    public Adamax(List<Tensor> parameters, OptimizerOptions options) {
        super(parameters, options);
    }

    private Adamax(OptimizerOptions options, List<ParameterGroup> groups) {
        super(options, groups);
    }

    /** Optimises groups with their own learning rates and weight decays; the other options are common to them. */
    public static Adamax ofGroups(List<ParameterGroup> groups, OptimizerOptions options) {
        return new Adamax(options, groups);
    }

    @Override
    void update(Group group) {
        List<Tensor> g = ParameterStates.gradients(group);
        List<Tensor> averages = ParameterStates.all(group.states(), AVERAGE);
        List<Tensor> largest = ParameterStates.all(group.states(), LARGEST);
        Foreach.lerp_(averages, g, 1 - group.options().number("betas", 0));
        Foreach.mul_(largest, group.options().number("betas", 1));
        List<Tensor> sizes = Foreach.abs(g);
        Foreach.add_(sizes, group.options().number("eps"));
        Foreach.maximum_(largest, sizes);
        OptimizerOptions options = group.options();
        List<Double> rates = ParameterStates.count(group.states()).stream()
                .map(step -> -options.learningRate() / (1 - Math.pow(options.number("betas", 0), step))).toList();
        Foreach.addcdiv_(group.parameters(), averages, largest, rates);
    }

    @Override
    protected Map<String, long[]> stateShapes(OptimizerOptions options, Tensor parameter) {
        return ParameterStates.shapes(parameter, ParameterStates.STEP, AVERAGE, LARGEST);
    }
}
