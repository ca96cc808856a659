package org.flowprior.torch.optim;

import java.util.List;

/**
 * Options of {@link Adam} and {@link AdamW}, as in PyTorch.
 *
 * @param beta1    decay rate of the first moment, in [0, 1)
 * @param beta2    decay rate of the second moment, in [0, 1)
 * @param eps      addend of the denominator
 * @param amsgrad  whether the largest second moment so far replaces the last one
 * @param maximize whether to maximise the loss
 */
public record AdamOptions(double learningRate, double beta1, double beta2, double eps, double weightDecay,
        boolean amsgrad, boolean maximize) {

    /** The defaults of {@code torch.optim.Adam}: learning rate 1e-3, betas 0.9 and 0.999, eps 1e-8, weight decay 0. */
    public static final AdamOptions ADAM = new AdamOptions(1e-3, 0.9, 0.999, 1e-8, 0, false, false);
    /** The defaults of {@code torch.optim.AdamW}: the same with weight decay 0.01. */
    public static final AdamOptions ADAMW = ADAM.withWeightDecay(0.01);

    /** Throws {@link IllegalArgumentException} for a negative number, and for a beta of 1 or more. */
    public AdamOptions {
        OptimizerOptions.requireNotNegative("the learning rate", learningRate);
        OptimizerOptions.requireNotNegative("the weight decay", weightDecay);
        OptimizerOptions.requireNotNegative("eps", eps);
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
            throw new IllegalArgumentException("betas must be in [0, 1), not " + beta1 + " and " + beta2);
        }
    }

    /** With this learning rate, at least 0. */
    public AdamOptions withLearningRate(double value) {
        return new AdamOptions(value, beta1, beta2, eps, weightDecay, amsgrad, maximize);
    }

    /** With these decay rates of the two moments. */
    public AdamOptions withBetas(double first, double second) {
        return new AdamOptions(learningRate, first, second, eps, weightDecay, amsgrad, maximize);
    }

    /** With this addend of the denominator. */
    public AdamOptions withEps(double value) {
        return new AdamOptions(learningRate, beta1, beta2, value, weightDecay, amsgrad, maximize);
    }

    /** With this weight decay, at least 0. */
    public AdamOptions withWeightDecay(double value) {
        return new AdamOptions(learningRate, beta1, beta2, eps, value, amsgrad, maximize);
    }

    /** With or without AMSGrad. */
    public AdamOptions withAmsgrad(boolean value) {
        return new AdamOptions(learningRate, beta1, beta2, eps, weightDecay, value, maximize);
    }

    /** Maximises or minimises the loss. */
    public AdamOptions withMaximize(boolean value) {
        return new AdamOptions(learningRate, beta1, beta2, eps, weightDecay, amsgrad, value);
    }

    OptimizerOptions toOptions(boolean decoupled) {
        return OptimizerOptions.ofLearningRate(learningRate).and("betas", List.of(beta1, beta2)).and("eps", eps)
                .and("weight_decay", weightDecay).and("amsgrad", amsgrad).and("maximize", maximize)
                .andPyTorchs("foreach", "capturable", "differentiable").and("fused", true)
                .and("decoupled_weight_decay", decoupled);
    }

    static AdamOptions of(OptimizerOptions options) {
        return new AdamOptions(options.learningRate(), options.number("betas", 0), options.number("betas", 1),
                options.number("eps"), options.weightDecay(), options.flag("amsgrad"), options.flag("maximize"));
    }
}
