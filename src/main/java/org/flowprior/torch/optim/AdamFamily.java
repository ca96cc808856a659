package org.flowprior.torch.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Foreach;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** The state of Adam and AdamW and its lists for the fused kernels. */
abstract sealed class AdamFamily extends Optimizer permits Adam, AdamW {

    private static final String STEP = "step";
    private static final String AVERAGE = "exp_avg";
    private static final String SQUARE = "exp_avg_sq";
    private static final String LARGEST_SQUARE = "max_exp_avg_sq";

    AdamFamily(Settings options, List<ParameterGroup> groups) {
        super(options, groups);
    }

    /** The parallel lists of a fused kernel. */
    record Lists(List<Tensor> parameters, List<Tensor> gradients, List<Tensor> averages, List<Tensor> squares,
            List<Tensor> largestSquares, List<Tensor> steps) {}

    abstract void fused(AdamOptions settings, Lists lists);

    @Override
    final void update(Settings settings, List<Tensor> parameters, List<Tensor> gradients,
            List<Map<String, Tensor>> states) {
        AdamOptions s = (AdamOptions) settings;
        for (int i = 0; i < parameters.size(); i++) {
            begin(states.get(i), parameters.get(i), s.amsgrad());
        }
        Lists lists = new Lists(parameters, gradients, all(states, AVERAGE), all(states, SQUARE),
                s.amsgrad() ? all(states, LARGEST_SQUARE) : List.of(), all(states, STEP));
        Foreach.add_(lists.steps, 1);
        fused(s, lists);
    }

    private static void begin(Map<String, Tensor> state, Tensor parameter, boolean amsgrad) {
        if (state.isEmpty()) {
            state.put(STEP, Torch.zeros(new long[0], DType.FLOAT32, parameter.device()).keep());
            state.put(AVERAGE, Torch.zerosLike(parameter).keep());
            state.put(SQUARE, Torch.zerosLike(parameter).keep());
            if (amsgrad) {
                state.put(LARGEST_SQUARE, Torch.zerosLike(parameter).keep());
            }
        }
    }

    private static List<Tensor> all(List<Map<String, Tensor>> states, String name) {
        List<Tensor> tensors = new ArrayList<>(states.size());
        states.forEach(state -> tensors.add(state.get(name)));
        return tensors;
    }

    /** PyTorch's {@code decoupled_weight_decay}. */
    abstract boolean decoupled();

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
        entries.put("decoupled_weight_decay", decoupled());
        return entries;
    }

    @Override
    final Settings settings(Entries entries) {
        if (entries.flag("decoupled_weight_decay", decoupled()) != decoupled()) {
            throw new IllegalArgumentException("this is the state of " + (decoupled() ? "Adam" : "AdamW") + ", not of "
                    + (decoupled() ? "AdamW" : "Adam"));
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
