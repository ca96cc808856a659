/** The command {@code encode}: the latents of an image set, cached on disk. */
package org.flowprior.cli.encode;
