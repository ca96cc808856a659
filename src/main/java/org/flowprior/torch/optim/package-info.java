/** Optimisers, learning-rate schedules, gradient clipping and averages of weights, with PyTorch's numbers. */
package org.flowprior.torch.optim;
