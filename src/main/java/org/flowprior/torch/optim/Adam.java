package org.flowprior.torch.optim;

import java.util.List;
import java.util.Map;
import org.flowprior.torch.Foreach;
import org.flowprior.torch.Fused;
import org.flowprior.torch.Tensor;

/**
 * Adam (Kingma and Ba, 2015), with the weight decay added to the gradient: {@code torch.optim.Adam}.
 *
 * <p>For each group a step counts the step in one call and runs libtorch's fused kernel in another.
 */
public sealed class Adam extends Optimizer permits AdamW {

    private static final String DECOUPLED = "decoupled_weight_decay";
    private static final String AVERAGE = "exp_avg";
    private static final String SQUARE = "exp_avg_sq";
    private static final String LARGEST_SQUARE = "max_exp_avg_sq";

    /** Optimises the parameters with PyTorch's default options. */
    public Adam(List<Tensor> parameters) {
        this(parameters, AdamOptions.ADAM);
    }

    /** Optimises the parameters with this learning rate and PyTorch's other defaults. */
    public Adam(List<Tensor> parameters, double learningRate) {
        this(parameters, AdamOptions.ADAM.withLearningRate(learningRate));
    }

    /** Optimises one group of parameters. */
    public Adam(List<Tensor> parameters, AdamOptions options) {
        this(options, ParameterGroup.single(parameters, options.toOptions(false)), false);
    }

    Adam(AdamOptions options, List<ParameterGroup> groups, boolean decoupled) {
        super(options.toOptions(decoupled), groups);
    }

    /** Optimises groups with their own learning rates and weight decays; the other options are common to them. */
    public static Adam ofGroups(List<ParameterGroup> groups, AdamOptions options) {
        return new Adam(options, groups, false);
    }

    @Override
    protected final void update(OptimizerOptions options, List<Tensor> parameters, List<Tensor> gradients,
            List<Map<String, Tensor>> states) {
        AdamOptions s = AdamOptions.of(options);
        ParameterStates.startAtZero(this, options, parameters, states);
        List<Tensor> averages = ParameterStates.all(states, AVERAGE);
        List<Tensor> squares = ParameterStates.all(states, SQUARE);
        List<Tensor> largest = s.amsgrad() ? ParameterStates.all(states, LARGEST_SQUARE) : List.of();
        List<Tensor> steps = ParameterStates.all(states, ParameterStates.STEP);
        Foreach.add_(steps, 1);
        if (options.flag(DECOUPLED)) {
            Fused.adamw_(parameters, gradients, averages, squares, largest, steps, s.learningRate(), s.beta1(),
                    s.beta2(), s.weightDecay(), s.eps(), s.amsgrad(), s.maximize());
        } else {
            Fused.adam_(parameters, gradients, averages, squares, largest, steps, s.learningRate(), s.beta1(),
                    s.beta2(), s.weightDecay(), s.eps(), s.amsgrad(), s.maximize());
        }
    }

    @Override
    protected final void requireValid(OptimizerOptions options) {
        boolean decoupled = this instanceof AdamW;
        if (options.flag(DECOUPLED) != decoupled) {
            throw new IllegalArgumentException("this is the state of " + (decoupled ? "Adam, not of AdamW"
                    : "AdamW, not of Adam"));
        }
        AdamOptions.of(options);
    }

    @Override
    protected final Map<String, long[]> stateShapes(OptimizerOptions options, Tensor parameter) {
        return options.flag("amsgrad")
                ? ParameterStates.shapes(parameter, ParameterStates.STEP, AVERAGE, SQUARE, LARGEST_SQUARE)
                : ParameterStates.shapes(parameter, ParameterStates.STEP, AVERAGE, SQUARE);
    }
}
