package org.flowprior.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.torch.Libtorch;

/**
 * The training of one kind of network: its configs, its data, its stage, and the files that it ends with. {@link
 * TrainingRun} does what all kinds share.
 *
 * @param <T> the config
 */
public interface Training<T extends Record & StageConfig<T>> {

    /** A training whose data are open. Owns data, networks and stage. */
    abstract class Opened implements AutoCloseable {

        final StageConfig<?> config;
        final long steps;

        /** A training of so many steps. */
        protected Opened(StageConfig<?> config, long steps) {
            this.config = config;
            this.steps = steps;
        }

        /**
         * Makes the networks and their stage. Called once.
         *
         * @param run where the stage is trained; new if it has no {@link TrainingRun#position}
         */
        protected abstract Stage stage(TrainingRun run) throws IOException;

        /**
         * Writes the trained network into the run's directory, after the last step.
         *
         * @param seconds time of the training
         */
        protected abstract TrainingResult finish(TrainingRun run, double seconds) throws IOException;

        @Override
        public abstract void close();
    }

    /** Loads configs: presets, files and single settings. */
    ConfigLoader<T> configs();

    /**
     * The config of a preset or JSON file.
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
     * @param begins whether the training begins; then what only its first step needs is checked, too, such as files
     *               of initial weights
     * @throws RequestException         when something is missing or does not fit
     * @throws IllegalArgumentException when a file is not what the config says
     */
    Opened open(T config, boolean begins) throws IOException;

    /**
     * Trains in that directory, silently: begins a run or continues the one that is there. See {@link
     * #run(Path, Record, Console, BooleanSupplier)}.
     */
    default TrainingResult run(Path directory, T config) throws IOException {
        return run(directory, config, Console.silent(), () -> false);
    }

    /**
     * Trains in that directory: begins a run if there is none, else continues the one that is there. A continued run
     * ends with the files of an uninterrupted one, to the byte. Sets the number of libtorch's threads if the config
     * has one.
     *
     * @param console where progress is shown
     * @param stop    asked after each step; true writes a checkpoint and stops
     * @throws StoppedException         when told to stop
     * @throws DivergedException        when a metric is not finite; the newest checkpoint is of a step before
     * @throws RequestException         when the directory holds a run of another config or is in use, or when data or
     *                                  files are missing or do not fit
     * @throws IllegalArgumentException when a file is not what the config says
     */
    default TrainingResult run(Path directory, T config, Console console, BooleanSupplier stop) throws IOException {
        T asked = config.withAbsolutePaths();
        if (!RunDirectory.isRun(directory)) {
            useThreads(asked);
            T chosen = asked.withThreads(Libtorch.threads());
            try (Opened opened = open(chosen, true);
                    TrainingRun run = TrainingRun.create(directory, configs().toJson(chosen))) {
                return run.console(console).stopWhen(stop).train(opened);
            }
        }
        try (TrainingRun run = TrainingRun.resume(directory)) {
            T begun = configs().read(run.directory().config(), List.of());
            configs().requireSame(begun, asked.threads() == 0 ? asked.withThreads(begun.threads()) : asked, directory);
            useThreads(begun);
            try (Opened opened = open(begun, run.position().isEmpty())) {
                return run.console(console).stopWhen(stop).train(opened);
            }
        }
    }

    private static void useThreads(StageConfig<?> config) {
        if (config.threads() > 0) {
            Libtorch.setThreads(config.threads());
        }
    }
}
