/** Distributions that latents are aligned to: densities with samplers, in their own units and normalised. */
package org.flowprior.target;
