package org.flowprior.torch.optim;

import java.util.List;
import java.util.Map;
import org.flowprior.torch.Foreach;
import org.flowprior.torch.Tensor;

/**
 * Gradients scaled by averages of the squares of steps and gradients (Zeiler, 2012): {@code torch.optim.Adadelta}.
 *
 * <p>Options, with PyTorch's defaults in {@link #DEFAULTS}:
 *
 * <ul>
 *   <li>{@code lr}: factor of the update, 1
 *   <li>{@code rho}: decay rate of both averages, 0.9
 *   <li>{@code eps}: addend of both roots, 1e-6
 *   <li>{@code weight_decay}: added to the gradient times the parameter, 0
 *   <li>{@code maximize}: whether to maximise the loss, false
 * </ul>
 */
public final class Adadelta extends ZeroStart {

    /** PyTorch's defaults. */
    public static final OptimizerOptions DEFAULTS = OptimizerOptions.ofLearningRate(1)
            .and("rho", 0.9).and("eps", 1e-6).and("weight_decay", 0.0).and("maximize", false)
            .andPyTorchs("capturable", "foreach", "differentiable");

    private static final String SQUARE = "square_avg";
    private static final String DELTA = "acc_delta";

    /** Optimises the parameters with PyTorch's default options. */
    public Adadelta(List<Tensor> parameters) {
        this(parameters, DEFAULTS);
    }

    /** Optimises the parameters with this learning rate and PyTorch's other defaults. */
    public Adadelta(List<Tensor> parameters, double learningRate) {
        this(parameters, DEFAULTS.withLearningRate(learningRate));
    }

    /** Optimises one group of parameters. */
    public Adadelta(List<Tensor> parameters, OptimizerOptions options) {
        super(parameters, options);
    }

    private Adadelta(OptimizerOptions options, List<ParameterGroup> groups) {
        super(options, groups);
    }

    /** Optimises groups with their own learning rates and weight decays; the other options are common to them. */
    public static Adadelta ofGroups(List<ParameterGroup> groups, OptimizerOptions options) {
        return new Adadelta(options, groups);
    }

    @Override
    void update(Group group) {
        ParameterStates.count(group.states());
        List<Tensor> g = ParameterStates.gradients(group);
        double rho = group.options().number("rho");
        List<Tensor> squares = ParameterStates.all(group.states(), SQUARE);
        List<Tensor> deltas = ParameterStates.all(group.states(), DELTA);
        Foreach.mul_(squares, rho);
        Foreach.addcmul_(squares, g, g, 1 - rho);
        List<Tensor> roots = Foreach.add(squares, group.options().number("eps"));
        Foreach.sqrt_(roots);
        List<Tensor> updates = Foreach.add(deltas, group.options().number("eps"));
        Foreach.sqrt_(updates);
        Foreach.div_(updates, roots);
        Foreach.mul_(updates, g);
        Foreach.mul_(deltas, rho);
        Foreach.addcmul_(deltas, updates, updates, 1 - rho);
        Foreach.add_(group.parameters(), updates, -group.options().learningRate());
    }

    @Override
    protected Map<String, long[]> stateShapes(OptimizerOptions options, Tensor parameter) {
        return ParameterStates.shapes(parameter, ParameterStates.STEP, SQUARE, DELTA);
    }
}
