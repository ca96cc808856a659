/** Training of an autoencoder with or without a flow prior (Sec. 4.2, App. C.3). */
package org.flowprior.train.autoencoder;
