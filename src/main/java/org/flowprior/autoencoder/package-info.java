/**
 * The autoencoder whose latents are aligned, its bottlenecks, files and losses, and the encoding of image sets.
 */
package org.flowprior.autoencoder;
