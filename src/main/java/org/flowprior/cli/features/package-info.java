/** The command {@code features}: feature banks from tables, arrays, latents or images. */
package org.flowprior.cli.features;
