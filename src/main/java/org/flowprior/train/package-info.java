/** The parts that all training stages share: run directories, checkpoints, metric logs and the training loop. */
package org.flowprior.train;
