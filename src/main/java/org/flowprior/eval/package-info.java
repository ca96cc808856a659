/**
 * Measures of images and of sample sets: quality, neighbours, sliced transport, and a classifier to name images with.
 */
package org.flowprior.eval;
