package org.flowprior.torch.optim;

import java.util.List;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;

/**
 * Momentum made orthogonal, for the matrices of hidden layers (Jordan et al., 2024):
 * {@code torch.optim.Muon}. Parameters must have two dimensions; train the others with {@link AdamW}.
 *
 * <p>Options, with PyTorch's defaults in {@link #DEFAULTS}:
 *
 * <ul>
 *   <li>{@code lr}: learning rate, 0.001
 *   <li>{@code weight_decay}: decoupled, 0.1
 *   <li>{@code momentum}: momentum, 0.95
 *   <li>{@code nesterov}: whether to use Nesterov's momentum, true
 *   <li>{@code ns_coefficients}: those of the Newton-Schulz iteration, 3.4445, -4.775 and 2.0315
 *   <li>{@code eps}: smallest norm, 1e-7
 *   <li>{@code ns_steps}: number of iterations, below 100, 5
 *   <li>{@code adjust_lr_fn}: {@code "original"}, which null is too, or {@code "match_rms_adamw"}
 * </ul>
 */
public final class Muon extends ZeroStart {

    /** PyTorch's defaults. */
    public static final OptimizerOptions DEFAULTS = OptimizerOptions.ofLearningRate(1e-3)
            .and("weight_decay", 0.1).and("momentum", 0.95).and("nesterov", true)
            .and("ns_coefficients", List.of(3.4445, -4.7750, 2.0315)).and("eps", 1e-7).and("ns_steps", 5)
            .and("adjust_lr_fn", null);

    private static final String BUFFER = "momentum_buffer";
    private static final String LIKE_ADAMW = "match_rms_adamw";

    /** Optimises the parameters with PyTorch's default options. */
    public Muon(List<Tensor> parameters) {
        this(parameters, DEFAULTS);
    }

    /** Optimises the parameters with this learning rate and PyTorch's other defaults. */
    public Muon(List<Tensor> parameters, double learningRate) {
        this(parameters, DEFAULTS.withLearningRate(learningRate));
    }

    /** Optimises one group of parameters. */
    public Muon(List<Tensor> parameters, OptimizerOptions options) {
        super(parameters, options);
    }

    private Muon(OptimizerOptions options, List<ParameterGroup> groups) {
        super(options, groups);
    }

    /** Optimises groups with their own learning rates and weight decays; the other options are common to them. */
    public static Muon ofGroups(List<ParameterGroup> groups, OptimizerOptions options) {
        return new Muon(options, groups);
    }

    @Override
    void update(Group group) {
        OptimizerOptions options = group.options();
        double momentum = options.number("momentum");
        for (int i = 0; i < group.parameters().size(); i++) {
            Tensor parameter = group.parameters().get(i);
            Tensor buffer = group.states().get(i).get(BUFFER).lerp_(group.gradients().get(i), 1 - momentum);
            Tensor update = options.flag("nesterov") ? group.gradients().get(i).lerp(buffer, momentum) : buffer;
            parameter.mul_(1 - options.learningRate() * options.weightDecay());
            parameter.add_(orthogonal(options, update), -options.learningRate() * factor(options, parameter));
        }
    }

    @Override
    protected Map<String, long[]> stateShapes(OptimizerOptions options, Tensor parameter) {
        return ParameterStates.shapes(parameter, BUFFER);
    }

    @Override
    protected void requireValid(OptimizerOptions options) {
        String adjusted = options.text("adjust_lr_fn");
        if (adjusted != null && !adjusted.equals("original") && !adjusted.equals(LIKE_ADAMW)) {
            throw new IllegalArgumentException("adjust_lr_fn must be null, \"original\" or \"match_rms_adamw\", not "
                    + adjusted);
        }
        if (!(options.number("ns_steps") < 100)) {
            throw new IllegalArgumentException("ns_steps must be below 100, not " + options.number("ns_steps"));
        }
        parameterGroups().forEach(group -> group.parameters().forEach(parameter -> {
            if (parameter.dim() != 2) {
                throw new IllegalArgumentException("Muon trains matrices, not " + parameter.signature());
            }
        }));
    }

    /** Newton-Schulz iterations in bfloat16, as in PyTorch: singular values come near 1. */
    private static Tensor orthogonal(OptimizerOptions options, Tensor update) {
        boolean tall = update.size(0) > update.size(1);
        Tensor x = update.to(DType.BFLOAT16);
        x = tall ? x.t() : x;
        x = x.div(x.norm().clampMin(options.number("eps")));
        for (int i = 0; i < options.number("ns_steps"); i++) {
            Tensor gram = x.matmul(x.t());
            Tensor polynomial = gram.addmm(gram, gram, options.number("ns_coefficients", 1),
                    options.number("ns_coefficients", 2));
            x = x.addmm(polynomial, x, options.number("ns_coefficients", 0), 1);
        }
        return tall ? x.t() : x;
    }

    private static double factor(OptimizerOptions options, Tensor parameter) {
        double rows = parameter.size(0);
        double columns = parameter.size(1);
        return LIKE_ADAMW.equals(options.text("adjust_lr_fn")) ? 0.2 * Math.sqrt(Math.max(rows, columns))
                : Math.sqrt(Math.max(1, rows / columns));
    }
}
