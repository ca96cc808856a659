/** Measures of how close two sets of samples are: neighbours and sliced transport. */
package org.flowprior.eval;
