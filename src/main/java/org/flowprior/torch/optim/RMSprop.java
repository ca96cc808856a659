package org.flowprior.torch.optim;

import java.util.List;
import java.util.Map;
import org.flowprior.torch.Foreach;
import org.flowprior.torch.Tensor;

/**
 * Gradients divided by the root of an average of their squares (Hinton, 2012): {@code torch.optim.RMSprop}.
 *
 * <p>Options, with PyTorch's defaults in {@link #DEFAULTS}:
 *
 * <ul>
 *   <li>{@code lr}: learning rate, 0.01
 *   <li>{@code momentum}: momentum, 0
 *   <li>{@code alpha}: decay rate of the average, 0.99
 *   <li>{@code eps}: addend of the denominator, 1e-8
 *   <li>{@code centered}: whether the gradient's own average is taken off, false
 *   <li>{@code weight_decay}: added to the gradient times the parameter, 0
 *   <li>{@code maximize}: whether to maximise the loss, false
 * </ul>
 */
public final class RMSprop extends ZeroStart {

    /** PyTorch's defaults. */
    public static final OptimizerOptions DEFAULTS = OptimizerOptions.ofLearningRate(1e-2)
            .and("momentum", 0.0).and("alpha", 0.99).and("eps", 1e-8).and("centered", false)
            .and("weight_decay", 0.0).andPyTorchs("capturable", "foreach").and("maximize", false)
            .andPyTorchs("differentiable");

    private static final String SQUARE = "square_avg";
    private static final String AVERAGE = "grad_avg";
    private static final String BUFFER = "momentum_buffer";

    /** Optimises the parameters with PyTorch's default options. */
    public RMSprop(List<Tensor> parameters) {
        this(parameters, DEFAULTS);
    }

    /** Optimises the parameters with this learning rate and PyTorch's other defaults. */
    public RMSprop(List<Tensor> parameters, double learningRate) {
        this(parameters, DEFAULTS.withLearningRate(learningRate));
    }

    /** Optimises one group of parameters. */
    public RMSprop(List<Tensor> parameters, OptimizerOptions options) {
        super(parameters, options);
    }

    private RMSprop(OptimizerOptions options, List<ParameterGroup> groups) {
        super(options, groups);
    }

    /** Optimises groups with their own learning rates and weight decays; the other options are common to them. */
    public static RMSprop ofGroups(List<ParameterGroup> groups, OptimizerOptions options) {
        return new RMSprop(options, groups);
    }

    @Override
    void update(Group group) {
        ParameterStates.count(group.states());
        List<Tensor> g = ParameterStates.gradients(group);
        double alpha = group.options().number("alpha");
        double momentum = group.options().number("momentum");
        List<Tensor> squares = ParameterStates.all(group.states(), SQUARE);
        Foreach.mul_(squares, alpha);
        Foreach.addcmul_(squares, g, g, 1 - alpha);
        List<Tensor> roots;
        if (group.options().flag("centered")) {
            List<Tensor> averages = ParameterStates.all(group.states(), AVERAGE);
            Foreach.lerp_(averages, g, 1 - alpha);
            roots = Foreach.addcmul(squares, averages, averages, -1);
            Foreach.sqrt_(roots);
        } else {
            roots = Foreach.sqrt(squares);
        }
        Foreach.add_(roots, group.options().number("eps"));
        if (momentum > 0) {
            List<Tensor> buffers = ParameterStates.all(group.states(), BUFFER);
            Foreach.mul_(buffers, momentum);
            Foreach.addcdiv_(buffers, g, roots, 1);
            Foreach.add_(group.parameters(), buffers, -group.options().learningRate());
        } else {
            Foreach.addcdiv_(group.parameters(), g, roots, -group.options().learningRate());
        }
    }

    @Override
    protected Map<String, long[]> stateShapes(OptimizerOptions options, Tensor parameter) {
        Map<String, long[]> shapes = ParameterStates.shapes(parameter, ParameterStates.STEP, SQUARE);
        if (options.number("momentum") > 0) {
            shapes.put(BUFFER, parameter.shape());
        }
        if (options.flag("centered")) {
            shapes.put(AVERAGE, parameter.shape());
        }
        return shapes;
    }
}
