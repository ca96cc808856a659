/** Training: configs and presets, run directories, checkpoints, logs, the loop that each stage shares, the stages. */
package org.flowprior.train;
