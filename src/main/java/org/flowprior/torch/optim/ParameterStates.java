package org.flowprior.torch.optim;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Foreach;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** What the optimisers of this package do with states and gradients before their own formula. */
final class ParameterStates {

    static final String STEP = "step";

    private ParameterStates() {}

    /** Names and shapes: scalars for {@link #STEP}, the parameter's own for the others. */
    static Map<String, long[]> shapes(Tensor parameter, String... names) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        for (String name : names) {
            shapes.put(name, name.equals(STEP) ? new long[0] : parameter.shape());
        }
        return shapes;
    }

    /** Starts empty states with zeros. A step count is a float32 scalar, beside the parameter for a fused kernel. */
    static void startAtZero(Optimizer optimizer, OptimizerOptions options, List<Tensor> parameters,
            List<Map<String, Tensor>> states) {
        for (int i = 0; i < states.size(); i++) {
            Tensor parameter = parameters.get(i);
            Map<String, Tensor> state = states.get(i);
            if (state.isEmpty()) {
                optimizer.stateShapes(options, parameter).forEach((name, shape) -> state.put(name, name.equals(STEP)
                        ? Torch.zeros(shape, DType.FLOAT32, stepDevice(options, parameter))
                        : Arrays.equals(shape, parameter.shape()) ? Torch.zerosLike(parameter)
                        : Torch.zeros(shape, parameter.dtype(), parameter.device())));
            }
        }
    }

    static Device stepDevice(OptimizerOptions options, Tensor parameter) {
        return Boolean.TRUE.equals(options.values().get("fused")) ? parameter.device() : Device.CPU;
    }

    static List<Tensor> all(List<Map<String, Tensor>> states, String name) {
        return states.stream().map(state -> state.get(name)).toList();
    }

    /** Counts a step and returns the counts. */
    static List<Double> count(List<Map<String, Tensor>> states) {
        List<Tensor> steps = all(states, STEP);
        Foreach.add_(steps, 1);
        return steps.stream().map(Tensor::item).toList();
    }

    /** The gradients of the loss to minimise, with the weight decay added. */
    static List<Tensor> gradients(ZeroStart.Group group) {
        OptimizerOptions options = group.options();
        List<Tensor> result = options.flag("maximize") ? Foreach.neg(group.gradients()) : group.gradients();
        return options.weightDecay() == 0 ? result : Foreach.add(result, group.parameters(), options.weightDecay());
    }

    /** The same, with a weight decay that is decoupled if the options say so. */
    static List<Tensor> decayed(ZeroStart.Group group) {
        OptimizerOptions options = group.options();
        if (!options.flag("decoupled_weight_decay")) {
            return gradients(group);
        }
        if (options.weightDecay() != 0) {
            Foreach.mul_(group.parameters(), 1 - options.learningRate() * options.weightDecay());
        }
        return options.flag("maximize") ? Foreach.neg(group.gradients()) : group.gradients();
    }

    /** Moves averages of the gradients and of their squares, as Adam. */
    static void average(OptimizerOptions options, List<Tensor> gradients, List<Tensor> averages,
            List<Tensor> squares) {
        double beta2 = options.number("betas", 1);
        Foreach.lerp_(averages, gradients, 1 - options.number("betas", 0));
        Foreach.mul_(squares, beta2);
        Foreach.addcmul_(squares, gradients, gradients, 1 - beta2);
    }
}
