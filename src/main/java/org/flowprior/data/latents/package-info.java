/** Caches of an autoencoder's latents on disk: writing, reading, and their statistics. */
package org.flowprior.data.latents;
