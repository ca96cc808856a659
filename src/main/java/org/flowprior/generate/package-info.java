/** Generation of images: latents from a generator, decoded by an autoencoder, in memory or in a directory. */
package org.flowprior.generate;
