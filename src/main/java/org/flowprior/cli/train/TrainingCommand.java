package org.flowprior.cli.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.flowprior.cli.common.RunOptions;
import org.flowprior.cli.common.Subcommand;
import org.flowprior.cli.common.TextTable;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.RequestException;
import org.flowprior.train.Position;
import org.flowprior.train.RunDirectory;
import org.flowprior.train.StageConfig;
import org.flowprior.train.Training;
import org.flowprior.train.TrainingResult;
import org.flowprior.train.TrainingRun;
import picocli.CommandLine.Option;

/**
 * A command that trains: reads the options, begins or resumes the run in its directory, and prints the results.
 *
 * @param <T> the config
 */
abstract class TrainingCommand<T extends Record & StageConfig<T>> extends Subcommand {

    private static final int LAST = 1000;

    @Option(names = "--accept-changed-data", order = LAST,
            description = "with --resume: continues also if the data are not those that the run was trained on")
    private boolean acceptChangedData;

    private final Training<T> training;
    private final ConfigLoader<T> loader;

    TrainingCommand(Training<T> training) {
        this.training = training;
        this.loader = training.configs();
    }

    /** Returns the options of all commands with a run directory. */
    abstract RunOptions options();

    /** Returns the changes that all options make to the config. */
    abstract List<String> assignments();

    /** Throws a {@link RequestException} if the config names no data to train on. */
    abstract void requireNamed(T config);

    /**
     * Returns the beginning of the run's name.
     *
     * @throws RequestException if the config of a run to resume is not enough for a name
     */
    abstract String runName(T config);

    /** Returns the labels and values that are printed at the end. */
    abstract List<List<String>> rows(T config, TrainingResult result);

    @Override
    public final Integer call() throws IOException {
        if (options().preview().show(loader, () -> loader.toJson(shown()), out())) {
            return 0;
        }
        if (options().resume()) {
            resume();
        } else {
            begin();
        }
        return 0;
    }

    private T shown() throws IOException {
        return options().resume()
                ? loader.read(RunDirectory.configOf(options().directory(() -> runName(requested()), loader)),
                        assignments())
                : requested();
    }

    private void begin() throws IOException {
        T config = options().ready(requested());
        requireNamed(config);
        try (Training.Opened opened = training.open(config, true)) {
            Path directory = options().directory(() -> runName(config), loader);
            if (options().preview().isDryRun()) {
                RunDirectory.requireFree(directory);
                preview(opened, directory + ", a new run", config);
                return;
            }
            try (TrainingRun run = TrainingRun.create(directory, loader.toJson(config))) {
                announce(run);
                train(run, config, opened);
            }
        }
    }

    private void resume() throws IOException {
        try (TrainingRun run = TrainingRun.resume(options().directory(() -> runName(requested()), loader),
                options().resumeFrom())) {
            T config = options().resumed(loader, run, assignments());
            try (Training.Opened opened = training.open(config, run.position().isEmpty())) {
                if (options().preview().isDryRun()) {
                    preview(opened, run.path() + ", after step "
                            + run.position().map(Position::phaseStep).orElse(0L), config);
                    return;
                }
                announce(run);
                train(run, config, opened);
            }
        }
    }

    private void preview(Training.Opened opened, String place, T config) {
        options().preview().print(spec().name() + ", " + opened.steps() + " steps", place, loader, config, out());
    }

    private T requested() {
        return loader.load(options().config(), assignments()).withAbsolutePaths();
    }

    private void announce(TrainingRun run) {
        session().console().say("flowprior " + spec().name() + " in " + run.path());
    }

    private void train(TrainingRun run, T config, Training.Opened opened) throws IOException {
        TrainingResult result = run.console(session().console()).stopWhen(session().stopRequests())
                .acceptChangedData(acceptChangedData).train(opened);
        TextTable.print(out(), rows(config, result));
    }

    /** Returns a whole number of the run's summary. */
    static long count(TrainingResult result, String key) {
        return result.summary().get(key).getAsLong();
    }
}
