package org.flowprior.torch.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Foreach;
import org.flowprior.torch.Fused;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Adam (Kingma and Ba, 2015), with the weight decay added to the gradient: {@code torch.optim.Adam}.
 *
 * <p>For each group a step counts the step in one call and runs libtorch's fused kernel in another.
 */
public sealed class Adam extends Optimizer permits AdamW {

    private static final String STEP = "step";
    private static final String AVERAGE = "exp_avg";
    private static final String SQUARE = "exp_avg_sq";
    private static final String LARGEST_SQUARE = "max_exp_avg_sq";

    /** PyTorch's {@code decoupled_weight_decay}. */
    private final boolean decoupled;

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
        this(options, ParameterGroup.single(parameters, options), false);
    }

    Adam(AdamOptions options, List<ParameterGroup> groups, boolean decoupled) {
        super(options, groups);
        this.decoupled = decoupled;
    }

    /** Optimises groups with their own learning rates and weight decays; the other options are common to them. */
    public static Adam ofGroups(List<ParameterGroup> groups, AdamOptions options) {
        return new Adam(options, groups, false);
    }

    @Override
    final void update(Settings settings, List<Tensor> parameters, List<Tensor> gradients,
            List<Map<String, Tensor>> states) {
        AdamOptions s = (AdamOptions) settings;
        for (int i = 0; i < parameters.size(); i++) {
            Map<String, Tensor> state = states.get(i);
            Tensor parameter = parameters.get(i);
            if (state.isEmpty()) {
                stateNames(s).forEach((name, isStep) -> state.put(name, (isStep
                        ? Torch.zeros(new long[0], DType.FLOAT32, parameter.device()) : Torch.zerosLike(parameter))
                        .keep()));
            }
        }
        List<Tensor> averages = all(states, AVERAGE);
        List<Tensor> squares = all(states, SQUARE);
        List<Tensor> largest = s.amsgrad() ? all(states, LARGEST_SQUARE) : List.of();
        List<Tensor> steps = all(states, STEP);
        Foreach.add_(steps, 1);
        if (decoupled) {
            Fused.adamw_(parameters, gradients, averages, squares, largest, steps, s.learningRate(), s.beta1(),
                    s.beta2(), s.weightDecay(), s.eps(), s.amsgrad(), s.maximize());
        } else {
            Fused.adam_(parameters, gradients, averages, squares, largest, steps, s.learningRate(), s.beta1(),
                    s.beta2(), s.weightDecay(), s.eps(), s.amsgrad(), s.maximize());
        }
    }

    private static List<Tensor> all(List<Map<String, Tensor>> states, String name) {
        return states.stream().map(state -> state.get(name)).toList();
    }

    @Override
    final Map<String, Object> entries(Settings settings) {
        AdamOptions s = (AdamOptions) settings;
        Map<String, Object> entries = new LinkedHashMap<>();
        entries.put("lr", s.learningRate());
        entries.put("betas", List.of(s.beta1(), s.beta2()));
        entries.put("eps", s.eps());
        entries.put("weight_decay", s.weightDecay());
        entries.put("amsgrad", s.amsgrad());
        entries.put("maximize", s.maximize());
        entries.put("foreach", null);
        entries.put("capturable", false);
        entries.put("differentiable", false);
        entries.put("fused", true);
        entries.put("decoupled_weight_decay", decoupled);
        return entries;
    }

    @Override
    final Settings settings(Entries entries) {
        if (entries.flag("decoupled_weight_decay", decoupled) != decoupled) {
            throw new IllegalArgumentException("this is the state of " + (decoupled ? "Adam, not of AdamW"
                    : "AdamW, not of Adam"));
        }
        double[] betas = entries.pair("betas");
        return new AdamOptions(entries.number("lr"), betas[0], betas[1], entries.number("eps"),
                entries.number("weight_decay"), entries.flag("amsgrad", false), entries.flag("maximize", false));
    }

    @Override
    final Map<String, Boolean> stateNames(Settings settings) {
        Map<String, Boolean> names = new LinkedHashMap<>();
        names.put(STEP, true);
        names.put(AVERAGE, false);
        names.put(SQUARE, false);
        if (((AdamOptions) settings).amsgrad()) {
            names.put(LARGEST_SQUARE, false);
        }
        return names;
    }
}
