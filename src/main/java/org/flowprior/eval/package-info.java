/**
 * Measures of images and latents, and the engine that runs them over sets: {@link org.flowprior.eval.Evaluation}.
 */
package org.flowprior.eval;
