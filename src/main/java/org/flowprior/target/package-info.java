/** Target distributions of latents: densities with samplers, banks of features, and the projections of features. */
package org.flowprior.target;
