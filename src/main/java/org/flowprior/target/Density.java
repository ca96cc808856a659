package org.flowprior.target;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;

/** A distribution with a known density, in its own ("raw") units: what the toys (Sec. 5.1, App. C.1) flow to. */
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

    /**
     * The exact distribution of the samples divided by a scale.
     *
     * @throws IllegalArgumentException for a scale that is not positive and finite
     */
    Density dividedBy(double scale);

    /**
     * The velocity field that minimises Eq. 3 for noise N(0, I), in the paper's convention, and its trace.
     *
     * @param x floating point, [N, D]
     * @param t [N], in [0, 1]
     * @return of the dtype of x, differentiable
     */
    OptimalFlow optimalFlow(Tensor x, Tensor t);

    /**
     * The velocity of {@link #optimalFlow} alone, for less than half of the work.
     *
     * @param x floating point, [N, D]
     * @param t [N], in [0, 1]
     * @return [N, D], of the dtype of x, differentiable
     */
    Tensor optimalVelocity(Tensor x, Tensor t);

    /** Number of parts that samples are counted by: components, rings, moons, arcs of a curve; all equally likely. */
    int modes();

    /**
     * The part of the skeleton that is nearest.
     *
     * @param x floating point, [N, D]
     * @return int64, [N], from 0 to {@link #modes} &minus; 1
     */
    Tensor nearestMode(Tensor x);

    /**
     * The distance to the skeleton: the nearest mean, circle or point of the curve.
     *
     * @param x floating point, [N, D]
     * @return [N], of the dtype of x
     */
    Tensor distance(Tensor x);
}
