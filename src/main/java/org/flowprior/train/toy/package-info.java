/** The two-dimensional experiments (Sec. 5.1): train a flow, freeze it, align free latents and measure. */
package org.flowprior.train.toy;
