package org.flowprior.torch.optim;

import java.util.List;
import org.flowprior.torch.Fused;
import org.flowprior.torch.Tensor;

/**
 * Adam, its weight decay added to the gradient: {@code torch.optim.Adam}. Kingma and Ba, 2015.
 *
 * <p>A step is one call of libtorch's fused kernel for each group, after one that counts the step.
 */
public final class Adam extends AdamFamily {

    /** With PyTorch's default options. */
    public Adam(List<Tensor> parameters) {
        this(parameters, Options.DEFAULT);
    }

    /** One group of parameters. */
    public Adam(List<Tensor> parameters, Options options) {
        this(options, List.of(new ParameterGroup(parameters, options.learningRate(), options.weightDecay())));
    }

    private Adam(Options options, List<ParameterGroup> groups) {
        super(options, groups);
    }

    /** Several groups, each with its own learning rate and weight decay, and the rest of the options. */
    public static Adam ofGroups(List<ParameterGroup> groups, Options options) {
        return new Adam(options, groups);
    }

    @Override
    void fused(AdamSettings s, Lists l) {
        Fused.adam_(l.parameters(), l.gradients(), l.averages(), l.squares(), l.largestSquares(), l.steps(),
                s.learningRate(), s.beta1(), s.beta2(), s.weightDecay(), s.eps(), s.amsgrad(), s.maximize());
    }

    @Override
    boolean decoupled() {
        return false;
    }

    @Override
    Options options(double learningRate, double[] betas, double eps, double weightDecay, boolean amsgrad,
            boolean maximize) {
        return new Options(learningRate, betas[0], betas[1], eps, weightDecay, amsgrad, maximize);
    }

    /**
     * Options under PyTorch's names and, in {@link #DEFAULT}, with PyTorch's values.
     *
     * @param amsgrad  whether the largest second moment so far takes the place of the last
     * @param maximize whether to go up the gradient
     */
    public record Options(double learningRate, double beta1, double beta2, double eps, double weightDecay,
            boolean amsgrad, boolean maximize) implements AdamSettings {

        /** Learning rate 1e-3, betas 0.9 and 0.999, eps 1e-8, weight decay 0. */
        public static final Options DEFAULT = new Options(1e-3, 0.9, 0.999, 1e-8, 0, false, false);

        /** Throws {@link IllegalArgumentException} for a negative number, and for a beta of 1 or more. */
        public Options {
            AdamSettings.check(learningRate, beta1, beta2, eps, weightDecay);
        }

        @Override
        public Options withLearningRate(double value) {
            return new Options(value, beta1, beta2, eps, weightDecay, amsgrad, maximize);
        }

        /** With these decay rates of the two moments. */
        public Options withBetas(double first, double second) {
            return new Options(learningRate, first, second, eps, weightDecay, amsgrad, maximize);
        }

        /** With this addend of the denominator. */
        public Options withEps(double value) {
            return new Options(learningRate, beta1, beta2, value, weightDecay, amsgrad, maximize);
        }

        @Override
        public Options withWeightDecay(double value) {
            return new Options(learningRate, beta1, beta2, eps, value, amsgrad, maximize);
        }

        /** With or without the largest second moment. */
        public Options withAmsgrad(boolean value) {
            return new Options(learningRate, beta1, beta2, eps, weightDecay, value, maximize);
        }

        /** Up or down the gradient. */
        public Options withMaximize(boolean value) {
            return new Options(learningRate, beta1, beta2, eps, weightDecay, amsgrad, value);
        }
    }
}
