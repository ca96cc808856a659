/**
 * Optimisers in one fused call a step, learning-rate schedules, gradient clipping and moving averages of weights. Their
 * numbers and state dicts are PyTorch's.
 */
package org.flowprior.torch.optim;
