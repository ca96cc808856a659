/** Training of the masked autoregressive generator on cached latents (Sec. 5.2, App. C.4). */
package org.flowprior.train.mar;
