/** The command {@code evaluate}: measures of images, reconstructions and latents. */
package org.flowprior.cli.evaluate;
