/** Sampling of images, into memory or a directory: a generator makes latents, an autoencoder decodes them. */
package org.flowprior.generate;
