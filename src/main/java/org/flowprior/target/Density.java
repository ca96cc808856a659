package org.flowprior.target;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;

/** A distribution with a known density, in its own ("raw") units: the targets of the toys (Sec. 5.1, App. C.1). */
public interface Density {

    /** Returns the name on the command line and in files. */
    String name();

    /** Returns D, the number of coordinates; 2 for the toys. */
    int dimension();

    /**
     * Draws samples in the official code's order, so that the same seed gives the same numbers.
     *
     * @param count     N
     * @param generator null for the default generator
     * @return float32, [N, D]
     */
    Tensor sample(long count, Generator generator);

    /**
     * Returns &minus;log p at each row, in nats.
     *
     * @param x floating point, [N, D]
     * @return [N], of the dtype of x; differentiable
     */
    Tensor negativeLogLikelihood(Tensor x);

    /** Returns the exact deviation of all coordinates around their common mean, the divisor of normalised samples. */
    double pooledDeviation();

    /**
     * Returns the exact distribution of the samples divided by a scale.
     *
     * @throws IllegalArgumentException for a scale that is not positive and finite
     */
    Density dividedBy(double scale);

    /**
     * Returns the velocity field that minimises Eq. 3 for noise N(0, I), in the paper's convention, and its trace.
     *
     * @param x floating point, [N, D]
     * @param t [N], in [0, 1]
     * @return of the dtype of x, differentiable
     */
    OptimalFlow optimalFlow(Tensor x, Tensor t);

    /**
     * Returns only the velocity of {@link #optimalFlow}, in less than half of the time.
     *
     * @param x floating point, [N, D]
     * @param t [N], in [0, 1]
     * @return [N, D], of the dtype of x, differentiable
     */
    Tensor optimalVelocity(Tensor x, Tensor t);

    /** Returns the number of equally likely parts of the skeleton: components, rings, moons or arcs of a curve. */
    int modes();

    /**
     * Returns the nearest part of the skeleton.
     *
     * @param x floating point, [N, D]
     * @return int64, [N], from 0 to {@link #modes} &minus; 1
     */
    Tensor nearestMode(Tensor x);

    /**
     * Returns the distance to the skeleton: the nearest mean, circle or point of the curve.
     *
     * @param x floating point, [N, D]
     * @return [N], of the dtype of x
     */
    Tensor distance(Tensor x);
}
