/** Modules with PyTorch's names, keys, defaults and initial values; a module owns the tensors registered in it. */
package org.flowprior.torch.nn;
