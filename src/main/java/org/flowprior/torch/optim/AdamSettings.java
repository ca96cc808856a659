package org.flowprior.torch.optim;

/** What the options of Adam and AdamW have in common. */
sealed interface AdamSettings extends Settings permits Adam.Options, AdamW.Options {

    double beta1();

    double beta2();

    double eps();

    boolean amsgrad();

    boolean maximize();

    static void check(double learningRate, double beta1, double beta2, double eps, double weightDecay) {
        Settings.requireNotNegative("the learning rate", learningRate);
        Settings.requireNotNegative("the weight decay", weightDecay);
        Settings.requireNotNegative("eps", eps);
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
            throw new IllegalArgumentException("betas must be in [0, 1), not " + beta1 + " and " + beta2);
        }
    }
}
