/** The command {@code reproduce}: the steps that lead to each figure and table of the paper. */
package org.flowprior.cli.reproduce;
