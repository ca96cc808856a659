/**
 * Flow priors: the velocity network, the flow matching loss (Eq. 3), the alignment loss (Eq. 5) and its landscape,
 * sampling, likelihoods (Eq. 4) and their bounds (Eq. 9 to 11). Times and velocities are the paper's, t = 0 noise and
 * t = 1 data; only the raw network is in the convention of its weights, see {@link org.flowprior.flow.TimeConvention}.
 */
package org.flowprior.flow;
