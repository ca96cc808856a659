package org.flowprior.train.mar;

import java.nio.file.Path;
import java.util.Map;

/**
 * What {@code train-mar} ended with.
 *
 * @param generator      the file of the generator, with averaged weights
 * @param evaluation     of the averaged weights: {@code heldOutLoss}; empty where no images are measured
 * @param trainingImages images of the cache that were trained on
 * @param heldOutImages  images that are measured on
 * @param tokens         of an image
 * @param channels       of a token
 * @param classes        number of classes
 * @param scaling        what latents were multiplied by
 * @param parameters     values in the weights
 * @param seconds        time of the training
 */
public record MarTrainingResult(Path generator, Map<String, Double> evaluation, long trainingImages, long heldOutImages,
                                int tokens, int channels, int classes, double scaling, long parameters,
                                double seconds) {}
