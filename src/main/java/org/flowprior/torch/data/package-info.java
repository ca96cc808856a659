/** Data sets and their loading in batches: {@code Dataset}, samplers and {@code DataLoader}, as in PyTorch. */
package org.flowprior.torch.data;
