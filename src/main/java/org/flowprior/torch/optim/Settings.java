package org.flowprior.torch.optim;

/** The options of one group. */
sealed interface Settings permits AdamOptions, Sgd.Options {

    /** The factor of the update, at least 0. */
    double learningRate();

    /** The weight decay, at least 0. */
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
