/** Stores rows of tensors in numbered safetensors shards with one description, for feature banks and latent caches. */
package org.flowprior.shards;
