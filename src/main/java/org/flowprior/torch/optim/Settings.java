package org.flowprior.torch.optim;

/** One group's options. */
sealed interface Settings permits AdamOptions, Sgd.Options {

    /** Factor of the update. */
    double learningRate();

    /** How strongly parameters are drawn to 0. */
    double weightDecay();

    /** With this learning rate. */
    Settings withLearningRate(double value);

    /** With this weight decay. */
    Settings withWeightDecay(double value);

    static void requireNotNegative(String name, double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException(name + " must not be negative, not " + value);
        }
    }
}
