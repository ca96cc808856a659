package org.flowprior.cli.train;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.train.MetricLog;
import org.flowprior.train.RunDirectory;
import org.flowprior.train.StageConfig;

/**
 * What one training command has of its own, see {@link TrainingCommand}.
 *
 * @param <T> its config
 * @param <R> what training ends with
 */
interface TrainingStage<T extends Record & StageConfig<T>, R> {

    ConfigLoader<T> loader();

    /** What the options set, {@code shared} those of all commands with a run directory. */
    List<String> assignments(List<String> shared);

    /**
     * Looks whether the config can be trained with, before a run directory is made.
     *
     * @throws RequestException when something is missing or does not fit
     */
    void requireFitting(T config) throws IOException;

    /**
     * The beginning of the run's name.
     *
     * @throws RequestException when the config of a run to resume does not say enough for one
     */
    String about(T config);

    R train(RunDirectory run, T config, MetricLog log, Console console, BooleanSupplier stop) throws IOException;

    /** What the run's summary says of the stage. */
    JsonObject summary(T config, R result);

    /** What is printed in the end, labels and values. */
    List<List<String>> rows(T config, R result);
}
