/**
 * The masked autoregressive generator over the autoencoder's latents (Sec. 5.2).
 *
 * <p>{@link org.flowprior.mar.Mar} is the model, {@link org.flowprior.mar.MarConfig} its sizes and options,
 * {@link org.flowprior.mar.MarNoise} the random numbers of its training, {@link org.flowprior.mar.MarSampler} its
 * sampling and {@link org.flowprior.mar.MarFile} its files.
 */
package org.flowprior.mar;
