/** The command {@code reproduce}: the steps behind each figure and table of the paper. */
package org.flowprior.cli.reproduce;
