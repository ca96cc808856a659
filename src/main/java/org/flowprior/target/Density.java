package org.flowprior.target;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;

/** A distribution with a known density, in its own ("raw") units: what the toy experiments (Sec. 5.1, App. C.1) flow to. */
public interface Density {

    /** The name on the command line and in files. */
    String name();

    /** D, number of coordinates; 2 for the toys. */
    int dimension();

    /**
     * Draws samples; with the official code's order of draws, so the same seed gives its numbers.
     *
     * @param count     N
     * @param generator null for the default generator
     * @return float32, [N, D]
     */
    Tensor sample(long count, Generator generator);

    /**
     * &minus;log p at each row, in nats.
     *
     * @param x floating point, [N, D]
     * @return [N], of the dtype of x; differentiable
     */
    Tensor negativeLogLikelihood(Tensor x);

    /** The exact deviation of all coordinates pooled, around their common mean: what samples are divided by. */
    double pooledDeviation();
}
