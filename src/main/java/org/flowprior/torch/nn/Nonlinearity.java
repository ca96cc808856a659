package org.flowprior.torch.nn;

/** The function after a layer, with the gain that keeps variances: {@code torch.nn.init.calculate_gain}. */
public enum Nonlinearity {
    LINEAR, SIGMOID, TANH, RELU, LEAKY_RELU, SELU;

    /**
     * Returns the gain.
     *
     * @param slope the negative slope of the leaky ReLU; the others ignore it
     */
    public double gain(double slope) {
        return switch (this) {
            case LINEAR, SIGMOID -> 1;
            case TANH -> 5.0 / 3;
            case RELU -> Math.sqrt(2);
            case LEAKY_RELU -> Math.sqrt(2.0 / (1 + slope * slope));
            case SELU -> 3.0 / 4;
        };
    }
}
