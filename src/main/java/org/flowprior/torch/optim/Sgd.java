package org.flowprior.torch.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Fused;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Gradient descent with momentum: {@code torch.optim.SGD}. Sutskever et al., 2013.
 *
 * <p>A step is one call of libtorch's fused kernel for each group, and one more where parameters get their first
 * gradient later than others.
 */
public final class Sgd extends Optimizer {

    private static final String BUFFER = "momentum_buffer";

    /** One group of parameters. PyTorch has no default for the learning rate that suits many problems. */
    public Sgd(List<Tensor> parameters, Options options) {
        this(options, List.of(new ParameterGroup(parameters, options.learningRate(), options.weightDecay())));
    }

    private Sgd(Options options, List<ParameterGroup> groups) {
        super(options, groups);
    }

    /** Several groups, each with its own learning rate and weight decay, and the rest of the options. */
    public static Sgd ofGroups(List<ParameterGroup> groups, Options options) {
        return new Sgd(options, groups);
    }

    @Override
    void update(Settings settings, List<Tensor> parameters, List<Tensor> gradients,
            List<Map<String, Tensor>> states) {
        Options options = (Options) settings;
        if (options.momentum == 0) {
            fused(options, parameters, gradients, List.of(), false);
            return;
        }
        Part first = new Part();
        Part later = new Part();
        for (int i = 0; i < parameters.size(); i++) {
            Map<String, Tensor> state = states.get(i);
            Part part = state.isEmpty() ? first : later;
            Tensor gradient = gradients.get(i);
            part.parameters.add(parameters.get(i));
            part.gradients.add(gradient);
            part.buffers.add(state.computeIfAbsent(BUFFER, name -> Torch.emptyLike(gradient).keep()));
        }
        first.update(options, true);
        later.update(options, false);
    }

    private static final class Part {
        private final List<Tensor> parameters = new ArrayList<>();
        private final List<Tensor> gradients = new ArrayList<>();
        private final List<Tensor> buffers = new ArrayList<>();

        void update(Options options, boolean firstStep) {
            if (!parameters.isEmpty()) {
                fused(options, parameters, gradients, buffers, firstStep);
            }
        }
    }

    private static void fused(Options o, List<Tensor> parameters, List<Tensor> gradients, List<Tensor> buffers,
            boolean firstStep) {
        Fused.sgd_(parameters, gradients, buffers, o.weightDecay, o.momentum, o.learningRate, o.dampening, o.nesterov,
                o.maximize, firstStep);
    }

    @Override
    Map<String, Object> entries(Settings settings) {
        Options o = (Options) settings;
        Map<String, Object> entries = new LinkedHashMap<>();
        entries.put("lr", o.learningRate);
        entries.put("momentum", o.momentum);
        entries.put("dampening", o.dampening);
        entries.put("weight_decay", o.weightDecay);
        entries.put("nesterov", o.nesterov);
        entries.put("maximize", o.maximize);
        entries.put("foreach", null);
        entries.put("differentiable", false);
        entries.put("fused", true);
        return entries;
    }

    @Override
    Settings settings(Entries entries) {
        return new Options(entries.number("lr"), entries.number("momentum"), entries.number("dampening"),
                entries.number("weight_decay"), entries.flag("nesterov", false), entries.flag("maximize", false));
    }

    @Override
    Map<String, Boolean> stateNames(Settings settings) {
        return ((Options) settings).momentum == 0 ? Map.of() : Map.of(BUFFER, false);
    }

    /**
     * Options under PyTorch's names and, in {@link #DEFAULT}, with PyTorch's values.
     *
     * @param dampening how much less than the whole gradient enters the momentum, from the second step on
     * @param nesterov  whether to look ahead along the momentum
     * @param maximize  whether to go up the gradient
     */
    public record Options(double learningRate, double momentum, double dampening, double weightDecay, boolean nesterov,
            boolean maximize) implements Settings {

        /** Learning rate 1e-3 and nothing else. */
        public static final Options DEFAULT = new Options(1e-3, 0, 0, 0, false, false);

        /**
         * Throws {@link IllegalArgumentException} for a negative learning rate, momentum or weight decay, and for
         * Nesterov without momentum or with dampening.
         */
        public Options {
            Settings.requireNotNegative("the learning rate", learningRate);
            Settings.requireNotNegative("the momentum", momentum);
            Settings.requireNotNegative("the weight decay", weightDecay);
            if (nesterov && (momentum == 0 || dampening != 0)) {
                throw new IllegalArgumentException("Nesterov momentum needs a momentum and no dampening, not "
                        + momentum + " and " + dampening);
            }
        }

        @Override
        public Options withLearningRate(double value) {
            return new Options(value, momentum, dampening, weightDecay, nesterov, maximize);
        }

        /** With this momentum. */
        public Options withMomentum(double value) {
            return new Options(learningRate, value, dampening, weightDecay, nesterov, maximize);
        }

        /** With this dampening. */
        public Options withDampening(double value) {
            return new Options(learningRate, momentum, value, weightDecay, nesterov, maximize);
        }

        @Override
        public Options withWeightDecay(double value) {
            return new Options(learningRate, momentum, dampening, value, nesterov, maximize);
        }

        /** With or without looking ahead. */
        public Options withNesterov(boolean value) {
            return new Options(learningRate, momentum, dampening, weightDecay, value, maximize);
        }

        /** Up or down the gradient. */
        public Options withMaximize(boolean value) {
            return new Options(learningRate, momentum, dampening, weightDecay, nesterov, value);
        }
    }
}
