/** Training of a flow prior on a feature bank (Sec. 4.1, App. C.2). */
package org.flowprior.train.flow;
