package org.flowprior.torch.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Foreach;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Adam with Nesterov's momentum (Dozat, 2016): {@code torch.optim.NAdam}.
 *
 * <p>Options, with PyTorch's defaults in {@link #DEFAULTS}:
 *
 * <ul>
 *   <li>{@code lr}: learning rate, 0.002
 *   <li>{@code betas}: decay rates of the two moments, 0.9 and 0.999
 *   <li>{@code eps}: addend of the denominator, 1e-8
 *   <li>{@code weight_decay}: added to the gradient times the parameter, 0
 *   <li>{@code momentum_decay}: how fast the momentum grows to its final value, 0.004
 *   <li>{@code decoupled_weight_decay}: whether the weight decay acts as in AdamW, false
 *   <li>{@code maximize}: whether to maximise the loss, false
 * </ul>
 */
public final class NAdam extends ZeroStart {

    /** PyTorch's defaults. */
    public static final OptimizerOptions DEFAULTS = OptimizerOptions.ofLearningRate(2e-3)
            .and("betas", List.of(0.9, 0.999)).and("eps", 1e-8).and("weight_decay", 0.0)
            .and("momentum_decay", 4e-3).and("decoupled_weight_decay", false).and("maximize", false)
            .andPyTorchs("foreach", "capturable", "differentiable");

    private static final String PRODUCT = "mu_product";
    private static final String AVERAGE = "exp_avg";
    private static final String SQUARE = "exp_avg_sq";

    /** Optimises the parameters with PyTorch's default options. */
    public NAdam(List<Tensor> parameters) {
        this(parameters, DEFAULTS);
    }

    /** Optimises the parameters with this learning rate and PyTorch's other defaults. */
    public NAdam(List<Tensor> parameters, double learningRate) {
        this(parameters, DEFAULTS.withLearningRate(learningRate));
    }

    /** Optimises one group of parameters. */
    public NAdam(List<Tensor> parameters, OptimizerOptions options) {
        super(parameters, options);
    }

    private NAdam(OptimizerOptions options, List<ParameterGroup> groups) {
        super(options, groups);
    }

    /** Optimises groups with their own learning rates and weight decays; the other options are common to them. */
    public static NAdam ofGroups(List<ParameterGroup> groups, OptimizerOptions options) {
        return new NAdam(options, groups);
    }

    @Override
    void update(Group group) {
        List<Tensor> g = ParameterStates.decayed(group);
        List<Tensor> averages = ParameterStates.all(group.states(), AVERAGE);
        List<Tensor> squares = ParameterStates.all(group.states(), SQUARE);
        ParameterStates.average(group.options(), g, averages, squares);
        double lr = group.options().learningRate();
        List<Double> corrections = new ArrayList<>();
        List<Double> ofGradients = new ArrayList<>();
        List<Double> ofAverages = new ArrayList<>();
        List<Double> steps = ParameterStates.count(group.states());
        for (int i = 0; i < steps.size(); i++) {
            double momentum = momentum(group.options(), steps.get(i));
            double next = momentum(group.options(), steps.get(i) + 1);
            double product = group.states().get(i).get(PRODUCT).mul_(momentum).item();
            corrections.add(1 - Math.pow(group.options().number("betas", 1), steps.get(i)));
            ofGradients.add(-lr * (1 - momentum) / (1 - product));
            ofAverages.add(-lr * next / (1 - product * next));
        }
        List<Tensor> roots = Foreach.divScalarList(squares, corrections);
        Foreach.sqrt_(roots);
        Foreach.add_(roots, group.options().number("eps"));
        Foreach.addcdiv_(group.parameters(), g, roots, ofGradients);
        Foreach.addcdiv_(group.parameters(), averages, roots, ofAverages);
    }

    @Override
    void start(OptimizerOptions options, Map<String, Tensor> state) {
        state.put(PRODUCT, Torch.ones(new long[0], DType.FLOAT32));
    }

    @Override
    protected Map<String, long[]> stateShapes(OptimizerOptions options, Tensor parameter) {
        Map<String, long[]> shapes = ParameterStates.shapes(parameter, ParameterStates.STEP, PRODUCT, AVERAGE, SQUARE);
        shapes.put(PRODUCT, new long[0]);
        return shapes;
    }

    private static double momentum(OptimizerOptions options, double step) {
        return options.number("betas", 0) * (1 - 0.5 * Math.pow(0.96, step * options.number("momentum_decay")));
    }
}
