/** Rows of tensors in numbered safetensors shards with one description: what feature banks and latent caches share. */
package org.flowprior.shards;
