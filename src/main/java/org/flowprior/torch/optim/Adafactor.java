package org.flowprior.torch.optim;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;

/**
 * Adam that keeps the second moments of a matrix as one row and one column (Shazeer and Stern, 2018):
 * {@code torch.optim.Adafactor}.
 *
 * <p>Options, with PyTorch's defaults in {@link #DEFAULTS}:
 *
 * <ul>
 *   <li>{@code lr}: largest relative rate, 0.01
 *   <li>{@code beta2_decay}: power with which the weight of a new square falls, -0.8
 *   <li>{@code eps}: bound of the second moments, where null is the dtype's own, and of a parameter's size, null and
 *       0.001
 *   <li>{@code d}: largest root mean square of an update, 1
 *   <li>{@code weight_decay}: decoupled, 0
 *   <li>{@code maximize}: whether to maximise the loss, false
 * </ul>
 */
public final class Adafactor extends ZeroStart {

    /** PyTorch's defaults. */
    public static final OptimizerOptions DEFAULTS = OptimizerOptions.ofLearningRate(1e-2)
            .and("beta2_decay", -0.8).and("eps", Arrays.asList(null, 1e-3)).and("d", 1.0)
            .and("weight_decay", 0.0).andPyTorchs("foreach").and("maximize", false);

    private static final String ROW = "row_var";
    private static final String COLUMN = "col_var";
    private static final String VARIANCE = "variance";

    /** Optimises the parameters with PyTorch's default options. */
    public Adafactor(List<Tensor> parameters) {
        this(parameters, DEFAULTS);
    }

    /** Optimises the parameters with this learning rate and PyTorch's other defaults. */
    public Adafactor(List<Tensor> parameters, double learningRate) {
        this(parameters, DEFAULTS.withLearningRate(learningRate));
    }

    /** Optimises one group of parameters. */
    public Adafactor(List<Tensor> parameters, OptimizerOptions options) {
        super(parameters, options);
    }

    private Adafactor(OptimizerOptions options, List<ParameterGroup> groups) {
        super(options, groups);
    }

    /** Optimises groups with their own learning rates and weight decays; the other options are common to them. */
    public static Adafactor ofGroups(List<ParameterGroup> groups, OptimizerOptions options) {
        return new Adafactor(options, groups);
    }

    @Override
    void update(Group group) {
        List<Double> steps = ParameterStates.count(group.states());
        for (int i = 0; i < group.parameters().size(); i++) {
            Tensor given = group.gradients().get(i);
            Tensor gradient = group.options().flag("maximize") ? given.neg() : given;
            update(group.options(), group.parameters().get(i), gradient, group.states().get(i), steps.get(i));
        }
    }

    @Override
    protected Map<String, long[]> stateShapes(OptimizerOptions options, Tensor parameter) {
        if (parameter.dim() <= 1) {
            return ParameterStates.shapes(parameter, ParameterStates.STEP, VARIANCE);
        }
        Map<String, long[]> shapes = ParameterStates.shapes(parameter, ParameterStates.STEP, ROW, COLUMN);
        shapes.get(ROW)[parameter.dim() - 1] = 1;
        shapes.get(COLUMN)[parameter.dim() - 2] = 1;
        return shapes;
    }

    private static void update(OptimizerOptions options, Tensor parameter, Tensor gradient, Map<String, Tensor> state,
            double step) {
        double given = options.number("eps", 0);
        double eps = Double.isNaN(given) ? epsilon(parameter.dtype()) : given;
        double rate = Math.min(options.learningRate(), 1 / Math.sqrt(step))
                * Math.max(options.number("eps", 1), rootMeanSquare(parameter));
        if (options.weightDecay() != 0) {
            parameter.mul_(1 - options.learningRate() * options.weightDecay());
        }
        Tensor update = variance(state, gradient, Math.pow(step, options.number("beta2_decay")), eps)
                .clampMin_(eps * eps).rsqrt_().mul_(gradient);
        parameter.add_(update, -rate / Math.max(1, rootMeanSquare(update) / options.number("d")));
    }

    /** A new tensor with the estimate of the squares. */
    private static Tensor variance(Map<String, Tensor> state, Tensor gradient, double weight, double eps) {
        if (gradient.dim() <= 1) {
            return state.get(VARIANCE).lerp_(gradient.square(), weight).clone();
        }
        Tensor row = state.get(ROW).lerp_(meanSquare(gradient, -1), weight);
        Tensor column = state.get(COLUMN).lerp_(meanSquare(gradient, -2), weight);
        return row.matmul(column).div_(row.mean(new long[] {-2}, true).clampMin_(eps));
    }

    private static Tensor meanSquare(Tensor gradient, int dim) {
        return gradient.norm(2, new long[] {dim}, true).square_().div_(gradient.size(dim));
    }

    private static double rootMeanSquare(Tensor tensor) {
        return tensor.norm(2).item() / Math.sqrt(tensor.numel());
    }

    /** The distance from 1 to the next larger number: {@code torch.finfo(dtype).eps}. */
    private static double epsilon(DType dtype) {
        return switch (dtype) {
            case FLOAT64 -> Math.ulp(1.0);
            case FLOAT16 -> 0x1p-10;
            case BFLOAT16 -> 0x1p-7;
            default -> Math.ulp(1f);
        };
    }
}
