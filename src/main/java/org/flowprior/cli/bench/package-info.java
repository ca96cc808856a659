/** The command {@code bench}: speed and memory beside PyTorch. */
package org.flowprior.cli.bench;
