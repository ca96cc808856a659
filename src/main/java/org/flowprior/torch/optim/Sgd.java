package org.flowprior.torch.optim;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.flowprior.torch.Fused;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Gradient descent with momentum (Sutskever et al., 2013): {@code torch.optim.SGD}.
 *
 * <p>A step calls libtorch's fused kernel once for each group, and twice if some parameters of the group get their first
 * gradient later than others.
 */
public final class Sgd extends Optimizer {

    private static final String BUFFER = "momentum_buffer";

    /** Optimises the parameters with PyTorch's default options. */
    public Sgd(List<Tensor> parameters) {
        this(parameters, Options.DEFAULT);
    }

    /** Optimises the parameters with this learning rate and PyTorch's other defaults. */
    public Sgd(List<Tensor> parameters, double learningRate) {
        this(parameters, Options.DEFAULT.withLearningRate(learningRate));
    }

    /** Optimises one group of parameters. */
    public Sgd(List<Tensor> parameters, Options options) {
        this(options, ParameterGroup.single(parameters, options.toOptions()));
    }

    private Sgd(Options options, List<ParameterGroup> groups) {
        super(options.toOptions(), groups);
    }

    /** Optimises groups with their own learning rates and weight decays; the other options are common to them. */
    public static Sgd ofGroups(List<ParameterGroup> groups, Options options) {
        return new Sgd(options, groups);
    }

    @Override
    protected void update(OptimizerOptions settings, List<Tensor> parameters, List<Tensor> gradients,
            List<Map<String, Tensor>> states) {
        Options options = Options.of(settings);
        if (options.momentum == 0) {
            fused(options, parameters, gradients, List.of(), false);
            return;
        }
        Map<Boolean, List<Integer>> parts = IntStream.range(0, parameters.size()).boxed()
                .collect(Collectors.partitioningBy(i -> states.get(i).isEmpty()));
        parts.forEach((firstStep, part) -> {
            if (!part.isEmpty()) {
                List<Tensor> buffers = part.stream().map(i -> states.get(i)
                        .computeIfAbsent(BUFFER, name -> Torch.emptyLike(gradients.get(i)))).toList();
                fused(options, part.stream().map(parameters::get).toList(), part.stream().map(gradients::get).toList(),
                        buffers, firstStep);
            }
        });
    }

    private static void fused(Options o, List<Tensor> parameters, List<Tensor> gradients, List<Tensor> buffers,
            boolean firstStep) {
        Fused.sgd_(parameters, gradients, buffers, o.weightDecay, o.momentum, o.learningRate, o.dampening, o.nesterov,
                o.maximize, firstStep);
    }

    @Override
    protected void requireValid(OptimizerOptions options) {
        Options.of(options);
    }

    @Override
    protected Map<String, long[]> stateShapes(OptimizerOptions options, Tensor parameter) {
        return options.number("momentum") == 0 ? Map.of() : ParameterStates.shapes(parameter, BUFFER);
    }

    /**
     * Options as in PyTorch.
     *
     * @param dampening the momentum gets the gradient times 1 − dampening, from the second step on
     * @param nesterov  whether to use Nesterov's momentum
     * @param maximize  whether to maximise the loss
     */
    public record Options(double learningRate, double momentum, double dampening, double weightDecay, boolean nesterov,
            boolean maximize) {

        /** PyTorch's defaults: learning rate 1e-3, everything else 0 or off. */
        public static final Options DEFAULT = new Options(1e-3, 0, 0, 0, false, false);

        /**
         * Throws {@link IllegalArgumentException} for a negative learning rate, momentum or weight decay, and for
         * Nesterov without momentum or with dampening.
         */
        public Options {
            OptimizerOptions.requireNotNegative("the learning rate", learningRate);
            OptimizerOptions.requireNotNegative("the momentum", momentum);
            OptimizerOptions.requireNotNegative("the weight decay", weightDecay);
            if (nesterov && (momentum == 0 || dampening != 0)) {
                throw new IllegalArgumentException("Nesterov momentum needs a momentum and no dampening, not "
                        + momentum + " and " + dampening);
            }
        }

        /** With this learning rate, at least 0. */
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

        /** With this weight decay, at least 0. */
        public Options withWeightDecay(double value) {
            return new Options(learningRate, momentum, dampening, value, nesterov, maximize);
        }

        /** With or without Nesterov's momentum. */
        public Options withNesterov(boolean value) {
            return new Options(learningRate, momentum, dampening, weightDecay, value, maximize);
        }

        /** Maximises or minimises the loss. */
        public Options withMaximize(boolean value) {
            return new Options(learningRate, momentum, dampening, weightDecay, nesterov, value);
        }

        OptimizerOptions toOptions() {
            return OptimizerOptions.ofLearningRate(learningRate).and("momentum", momentum).and("dampening", dampening)
                    .and("weight_decay", weightDecay).and("nesterov", nesterov).and("maximize", maximize)
                    .andPyTorchs("foreach", "differentiable").and("fused", true);
        }

        static Options of(OptimizerOptions o) {
            return new Options(o.learningRate(), o.number("momentum"), o.number("dampening"), o.weightDecay(),
                    o.flag("nesterov"), o.flag("maximize"));
        }
    }
}
