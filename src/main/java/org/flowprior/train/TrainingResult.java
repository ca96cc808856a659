package org.flowprior.train;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a training ended with.
 *
 * @param file       the file of the trained network, with averaged weights
 * @param evaluation measurements of the averaged weights after the last step, by name
 * @param seconds    time of the training, over all its processes
 * @param summary    the content of {@code summary.json}, with sizes of data and network
 */
public record TrainingResult(Path file, Map<String, Double> evaluation, double seconds, JsonObject summary) {}
