/** The command {@code forward}: one module on tensors from a file, to check weights against another implementation. */
package org.flowprior.cli.forward;
