/** Tensors of libtorch and their ops, with scopes that free them, autograd, devices and random generators. */
package org.flowprior.torch;
