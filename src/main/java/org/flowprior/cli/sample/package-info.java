/** The command {@code sample}: images from a generator and an autoencoder. */
package org.flowprior.cli.sample;
