/** Training: configs and their presets, run directories, checkpoints, logs, the loop that each stage shares, and the stages. */
package org.flowprior.train;
