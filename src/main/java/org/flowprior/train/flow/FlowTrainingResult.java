package org.flowprior.train.flow;

import java.nio.file.Path;
import java.util.Map;

/**
 * What {@code train-flow} ended with.
 *
 * @param prior        the file of the prior, with averaged weights
 * @param evaluation   what the averaged weights are worth: {@code heldOutLoss} (mean over channels), {@code
 *                     slicedWasserstein} and {@code logRadius} of samples, {@code dataSlicedWasserstein} and {@code
 *                     dataLogRadius} of real features in their place
 * @param trainingRows rows of the bank that were trained on
 * @param heldOutRows  rows of the bank that were not
 * @param features     channels before the projection
 * @param dimension    channels behind it
 * @param scaling      what features are multiplied by before the projection
 * @param parameters   weights of the network
 * @param cached       whether the targets lay on the device
 * @param seconds      time of the training
 */
public record FlowTrainingResult(Path prior, Map<String, Double> evaluation, long trainingRows, long heldOutRows,
                                 int features, int dimension, double scaling, long parameters, boolean cached,
                                 double seconds) {}
