/**
 * Modules over functional ops: PyTorch's names, keys, defaults and initial values. A module is declared and registered
 * in one line and owns its tensors.
 */
package org.flowprior.torch.nn;
