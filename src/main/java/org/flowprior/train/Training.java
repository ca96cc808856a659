package org.flowprior.train;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.torch.Libtorch;

/**
 * The training of one kind of network: its configs, its data, its stage, and the files that it writes at the end.
 * {@link TrainingRun} does what all kinds share.
 *
 * @param <T> the config
 */
public interface Training<T extends Record & StageConfig<T>> {

    /**
     * How a run continues.
     *
     * @param from              number of the step to continue from, or path or name of the checkpoint's directory; null
     *                          for the newest checkpoint
     * @param acceptChangedData whether to continue also with other data than those of the checkpoint
     */
    record Resuming(String from, boolean acceptChangedData) {

        /** From the newest checkpoint, with the same data. */
        public static final Resuming NEWEST = new Resuming(null, false);
    }

    /** A training with its data open. Owns data, networks and stage. */
    abstract class Opened implements AutoCloseable {

        final StageConfig<?> config;
        final TrainingSettings settings;
        final long steps;

        /** Makes a training with these settings of its config. */
        protected Opened(StageConfig<?> config, TrainingSettings settings) {
            this.config = config;
            this.settings = settings;
            this.steps = settings.steps();
        }

        /** Returns the number of steps of the whole training. */
        public final long steps() {
            return steps;
        }

        /**
         * Makes the networks and their stage. Called once.
         *
         * @param run the run that trains the stage; it begins if it has no {@link TrainingRun#position}
         */
        protected abstract Stage stage(TrainingRun run) throws IOException;

        /**
         * Returns the fingerprints of what the training reads besides its checkpoint, by the keys of the config. The
         * run compares them with those in its checkpoint before it continues.
         *
         * @param run the run's directory
         */
        protected Map<String, Fingerprint> inputs(Path run) throws IOException {
            return Map.of();
        }

        /**
         * Writes the trained network into the run's directory, after the last step.
         *
         * @param evaluation the stage's evaluation after the last step
         */
        protected abstract TrainingResult finish(TrainingRun run, Map<String, Double> evaluation) throws IOException;

        /** Adds the entries with which every summary ends. */
        protected final void addRun(JsonObject summary, TrainingRun run) {
            summary.addProperty("steps", steps);
            summary.addProperty("seed", config.seed());
            summary.addProperty("seconds", run.seconds());
        }

        /** Adds how the weights in a file were trained: without times, so that the same run gives the same file. */
        protected final void addTraining(Map<String, String> provenance, double decay) {
            provenance.put("steps", Long.toString(steps));
            provenance.put("seed", Long.toString(config.seed()));
            provenance.put("weights", "moving average, decay " + decay);
        }

        @Override
        public abstract void close();
    }

    /** Returns the loader of configs: presets, files and single settings. */
    ConfigLoader<T> configs();

    /**
     * Loads the config of a preset or JSON file.
     *
     * @param source   a preset's name or a file's path; keys that the file leaves out come from the first preset
     * @param settings changes to it, each {@code key=value}, such as {@code training.steps=2000}
     * @throws RequestException for an unknown preset or key, a missing file, a value of the wrong type or range
     */
    default T config(String source, String... settings) {
        return configs().load(source, List.of(settings));
    }

    /**
     * Opens the data and checks that the config fits them.
     *
     * @param begins whether the training begins; if so, what only its first step needs is checked too, such as files
     *               of initial weights
     * @throws RequestException         if something is missing or does not fit
     * @throws IllegalArgumentException if a file is not what the config says
     */
    Opened open(T config, boolean begins) throws IOException;

    /**
     * Trains in a directory without output on a console. See {@link #run(Path, Record, Console, BooleanSupplier,
     * Resuming)}.
     */
    default TrainingResult run(Path directory, T config) throws IOException {
        return run(directory, config, Console.silent(), () -> false);
    }

    /** Trains in a directory. See {@link #run(Path, Record, Console, BooleanSupplier, Resuming)}. */
    default TrainingResult run(Path directory, T config, Console console, BooleanSupplier stop) throws IOException {
        return run(directory, config, console, stop, Resuming.NEWEST);
    }

    /**
     * Trains in a directory: continues its run, or begins one if there is none. A continued run ends with the same
     * files as an uninterrupted one, byte for byte. Sets the number of libtorch's threads if the config has one.
     *
     * @param console shows progress
     * @param stop    asked after each step whether to stop; if true, a checkpoint is written and training ends
     * @param how     how a run continues
     * @throws StoppedException         if told to stop
     * @throws DivergedException        if a metric is not finite; the newest checkpoint is of a step before
     * @throws RequestException         if the directory has a run of another config or is in use, or if data or files
     *                                  are missing, do not fit, or are not those of the checkpoint
     * @throws IllegalArgumentException if a file is not what the config says
     */
    default TrainingResult run(Path directory, T config, Console console, BooleanSupplier stop, Resuming how)
            throws IOException {
        T asked = config.withAbsolutePaths();
        if (!RunDirectory.isRun(directory)) {
            useThreads(asked);
            T chosen = asked.withThreads(Libtorch.threads());
            try (Opened opened = open(chosen, true);
                    TrainingRun run = TrainingRun.create(directory, configs().toJson(chosen))) {
                return run.console(console).stopWhen(stop).train(opened);
            }
        }
        try (TrainingRun run = TrainingRun.resume(directory, how.from())) {
            T begun = run.config(configs(), console::say);
            configs().requireSame(begun, asked.continuing(begun), directory);
            useThreads(begun);
            try (Opened opened = open(begun, run.position().isEmpty())) {
                return run.console(console).stopWhen(stop).acceptChangedData(how.acceptChangedData()).train(opened);
            }
        }
    }

    private static void useThreads(StageConfig<?> config) {
        if (config.threads() > 0) {
            Libtorch.setThreads(config.threads());
        }
    }
}
