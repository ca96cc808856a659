package org.flowprior.torch.optim;

import java.util.List;
import java.util.Map;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Steps by the signs of the gradients alone (Riedmiller and Braun, 1993): {@code torch.optim.Rprop}.
 *
 * <p>Options, with PyTorch's defaults in {@link #DEFAULTS}:
 *
 * <ul>
 *   <li>{@code lr}: size of the first step, 0.01
 *   <li>{@code etas}: factors of a step's size after a change of sign and without one, 0.5 and 1.2
 *   <li>{@code step_sizes}: bounds of a step's size, 1e-6 and 50
 *   <li>{@code maximize}: whether to maximise the loss, false
 * </ul>
 */
public final class Rprop extends ZeroStart {

    /** PyTorch's defaults. */
    public static final OptimizerOptions DEFAULTS = OptimizerOptions.ofLearningRate(1e-2)
            .and("etas", List.of(0.5, 1.2)).and("step_sizes", List.of(1e-6, 50.0))
            .andPyTorchs("foreach").and("maximize", false).andPyTorchs("differentiable", "capturable");

    private static final String PREVIOUS = "prev";
    private static final String SIZE = "step_size";

    /** Optimises the parameters with PyTorch's default options. */
    public Rprop(List<Tensor> parameters) {
        this(parameters, DEFAULTS);
    }

    /** Optimises the parameters with this learning rate and PyTorch's other defaults. */
    public Rprop(List<Tensor> parameters, double learningRate) {
        this(parameters, DEFAULTS.withLearningRate(learningRate));
    }

    /** Optimises one group of parameters. */
    public Rprop(List<Tensor> parameters, OptimizerOptions options) {
        super(parameters, options);
    }

    private Rprop(OptimizerOptions options, List<ParameterGroup> groups) {
        super(options, groups);
    }

    /** Optimises groups with their own learning rates and weight decays; the other options are common to them. */
    public static Rprop ofGroups(List<ParameterGroup> groups, OptimizerOptions options) {
        return new Rprop(options, groups);
    }

    @Override
    void update(Group group) {
        ParameterStates.count(group.states());
        List<Tensor> g = ParameterStates.gradients(group);
        for (int i = 0; i < group.parameters().size(); i++) {
            Tensor previous = group.states().get(i).get(PREVIOUS);
            Tensor size = group.states().get(i).get(SIZE);
            Tensor sign = g.get(i).mul(previous).sign();
            Tensor turned = sign.lt(0);
            Tensor factor = Torch.where(sign.gt(0), group.options().number("etas", 1), Torch.onesLike(sign));
            size.mul_(Torch.where(turned, group.options().number("etas", 0), factor))
                    .clamp_(group.options().number("step_sizes", 0), group.options().number("step_sizes", 1));
            previous.copy_(Torch.where(turned, 0, g.get(i)));
            group.parameters().get(i).addcmul_(previous.sign(), size, -1);
        }
    }

    @Override
    void start(OptimizerOptions options, Map<String, Tensor> state) {
        state.get(SIZE).fill_(options.learningRate());
    }

    @Override
    protected Map<String, long[]> stateShapes(OptimizerOptions options, Tensor parameter) {
        return ParameterStates.shapes(parameter, ParameterStates.STEP, PREVIOUS, SIZE);
    }
}
