/** The commands {@code train-flow}, {@code train-autoencoder} and {@code train-mar}. */
package org.flowprior.cli.train;
