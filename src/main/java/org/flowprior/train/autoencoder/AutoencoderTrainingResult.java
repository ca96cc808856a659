package org.flowprior.train.autoencoder;

import java.nio.file.Path;
import java.util.Map;

/**
 * What {@code train-autoencoder} ended with.
 *
 * @param autoencoder            the file of the autoencoder, with averaged weights
 * @param discriminator          the file of the discriminator; null without one
 * @param evaluation             of the averaged weights on validation images: {@code psnr}, {@code ssim}, {@code
 *                               reconstruction} (the mean squared difference), with a prior {@code alignment}
 * @param trainingImages         images that were trained on
 * @param validationImages       images that were not
 * @param corruptImages          corrupt images that this process left out
 * @param parameters             values in the autoencoder's weights
 * @param discriminatorParameters values in the discriminator's; 0 without one
 * @param seconds                time of the training
 */
public record AutoencoderTrainingResult(Path autoencoder, Path discriminator, Map<String, Double> evaluation,
                                        int trainingImages, int validationImages, int corruptImages, long parameters,
                                        long discriminatorParameters, double seconds) {}
