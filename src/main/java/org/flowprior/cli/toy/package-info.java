/** The command {@code toy}: the two-dimensional experiments. */
package org.flowprior.cli.toy;
