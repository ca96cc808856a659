package org.flowprior.train;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.Map;

/**
 * The result of a training.
 *
 * @param file       the file of the trained network, with averaged weights
 * @param evaluation the evaluation of the averaged weights after the last step, by name
 * @param seconds    time of the training, over all processes of the run
 * @param summary    the content of {@code summary.json}, with sizes of data and network
 */
public record TrainingResult(Path file, Map<String, Double> evaluation, double seconds, JsonObject summary) {}
