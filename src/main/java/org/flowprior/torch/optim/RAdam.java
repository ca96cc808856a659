package org.flowprior.torch.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Foreach;
import org.flowprior.torch.Tensor;

/**
 * Adam whose adaptive rate begins when the second moment is known well enough (Liu et al., 2020):
 * {@code torch.optim.RAdam}.
 *
 * <p>Options, with PyTorch's defaults in {@link #DEFAULTS}:
 *
 * <ul>
 *   <li>{@code lr}: learning rate, 0.001
 *   <li>{@code betas}: decay rates of the two moments, 0.9 and 0.999
 *   <li>{@code eps}: addend of the denominator, 1e-8
 *   <li>{@code weight_decay}: added to the gradient times the parameter, 0
 *   <li>{@code decoupled_weight_decay}: whether the weight decay acts as in AdamW, false
 *   <li>{@code maximize}: whether to maximise the loss, false
 * </ul>
 */
public final class RAdam extends ZeroStart {

    /** PyTorch's defaults. */
    public static final OptimizerOptions DEFAULTS = OptimizerOptions.ofLearningRate(1e-3)
            .and("betas", List.of(0.9, 0.999)).and("eps", 1e-8).and("weight_decay", 0.0)
            .and("maximize", false).andPyTorchs("foreach", "capturable").and("decoupled_weight_decay", false)
            .andPyTorchs("differentiable");

    private static final String AVERAGE = "exp_avg";
    private static final String SQUARE = "exp_avg_sq";

    /** Optimises the parameters with PyTorch's default options. */
    public RAdam(List<Tensor> parameters) {
        this(parameters, DEFAULTS);
    }

    /** Optimises the parameters with this learning rate and PyTorch's other defaults. */
    public RAdam(List<Tensor> parameters, double learningRate) {
        this(parameters, DEFAULTS.withLearningRate(learningRate));
    }

    /** Optimises one group of parameters. */
    public RAdam(List<Tensor> parameters, OptimizerOptions options) {
        super(parameters, options);
    }

    private RAdam(OptimizerOptions options, List<ParameterGroup> groups) {
        super(options, groups);
    }

    /** Optimises groups with their own learning rates and weight decays; the other options are common to them. */
    public static RAdam ofGroups(List<ParameterGroup> groups, OptimizerOptions options) {
        return new RAdam(options, groups);
    }

    @Override
    void update(Group group) {
        List<Tensor> averages = ParameterStates.all(group.states(), AVERAGE);
        List<Tensor> squares = ParameterStates.all(group.states(), SQUARE);
        ParameterStates.average(group.options(), ParameterStates.decayed(group), averages, squares);
        double beta2 = group.options().number("betas", 1);
        double limit = 2 / (1 - beta2) - 1;
        List<Double> adaptive = new ArrayList<>();
        List<Double> plain = new ArrayList<>();
        for (double step : ParameterStates.count(group.states())) {
            double correction = 1 - Math.pow(beta2, step);
            double rate = -group.options().learningRate() / (1 - Math.pow(group.options().number("betas", 0), step));
            double length = limit - 2 * step * Math.pow(beta2, step) / correction;
            boolean known = length > 5;
            adaptive.add(known ? rate * Math.sqrt(correction * (length - 4) * (length - 2) * limit
                    / ((limit - 4) * (limit - 2) * length)) : 0.0);
            plain.add(known ? 0.0 : rate);
        }
        List<Tensor> factors = Foreach.sqrt(squares);
        Foreach.add_(factors, group.options().number("eps"));
        Foreach.reciprocal_(factors);
        Foreach.mul_ScalarList(factors, adaptive);
        Foreach.add_(factors, plain);
        Foreach.addcmul_(group.parameters(), averages, factors, 1);
    }

    @Override
    protected Map<String, long[]> stateShapes(OptimizerOptions options, Tensor parameter) {
        return ParameterStates.shapes(parameter, ParameterStates.STEP, AVERAGE, SQUARE);
    }
}
