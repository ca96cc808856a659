/**
 * The autoencoder whose latents are aligned, its bottlenecks and its losses.
 *
 * <p>{@link org.flowprior.autoencoder.Autoencoder} is the model, {@link org.flowprior.autoencoder.AutoencoderConfig}
 * its sizes and options, {@link org.flowprior.autoencoder.AutoencoderFile} its files.
 */
package org.flowprior.autoencoder;
