package org.flowprior.target;

import org.flowprior.torch.Tensor;

/**
 * The velocity field that minimises Eq. 3 for noise N(0, I), in the paper's convention (t = 0 noise, t = 1 data), at
 * some points.
 *
 * @param velocity E[data &minus; noise | x_t = x], [N, D]
 * @param trace    trace of its Jacobian, [N]
 */
public record OptimalFlow(Tensor velocity, Tensor trace) {}
