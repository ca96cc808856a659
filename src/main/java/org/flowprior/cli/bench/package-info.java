/** The command {@code bench}: speed and memory compared with PyTorch. */
package org.flowprior.cli.bench;
