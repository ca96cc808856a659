package org.flowprior.cli.train;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.flowprior.cli.common.RunOptions;
import org.flowprior.cli.common.Session;
import org.flowprior.cli.common.TextTable;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.RequestException;
import org.flowprior.train.StageConfig;
import org.flowprior.train.Training;
import org.flowprior.train.TrainingResult;
import org.flowprior.train.TrainingRun;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A command that trains in a run directory: reads the options, begins or resumes the run, and prints the results.
 *
 * @param <T> the config
 */
abstract class TrainingCommand<T extends Record & StageConfig<T>> implements Callable<Integer> {

    private final Training<T> training;
    private final ConfigLoader<T> loader;

    @CommandLine.ParentCommand
    private Session session;

    @CommandLine.Spec
    private CommandSpec spec;

    TrainingCommand(Training<T> training) {
        this.training = training;
        this.loader = training.configs();
    }

    abstract RunOptions options();

    /** All settings of the options; {@code shared} are those of all commands with a run directory. */
    abstract List<String> assignments(List<String> shared);

    /** Throws a {@link RequestException} if the config does not name what to train on. */
    abstract void requireNamed(T config);

    /**
     * The beginning of the run's name.
     *
     * @throws RequestException when the config of a run to resume does not say enough for one
     */
    abstract String runName(T config);

    /** The labels and values that are printed at the end. */
    abstract List<List<String>> rows(T config, TrainingResult result);

    @Override
    public final Integer call() throws IOException {
        if (options().resume()) {
            resume();
        } else {
            begin();
        }
        return 0;
    }

    private void begin() throws IOException {
        T config = options().ready(asked());
        requireNamed(config);
        try (Training.Opened opened = training.open(config, true);
                TrainingRun run = TrainingRun.create(directory(config), loader.toJson(config))) {
            announce(run);
            train(run, config, opened);
        }
    }

    private void resume() throws IOException {
        Path directory = options().out() != null ? options().out() : directory(asked());
        try (TrainingRun run = TrainingRun.resume(directory)) {
            T config = options().resolved(loader, run.directory(), assignments(options().assignments()));
            announce(run);
            try (Training.Opened opened = training.open(config, run.position().isEmpty())) {
                train(run, config, opened);
            }
        }
    }

    private T asked() {
        return loader.load(options().config(), assignments(options().assignments())).withAbsolutePaths();
    }

    private Path directory(T config) throws IOException {
        return options().out() != null ? options().out() : options().directory(runName(config), loader);
    }

    private void announce(TrainingRun run) {
        session.console().say("flowprior " + spec.name() + " in " + run.path());
    }

    private void train(TrainingRun run, T config, Training.Opened opened) throws IOException {
        TrainingResult result = run.console(session.console()).stopWhen(session.stopRequests()).train(opened);
        PrintWriter out = spec.commandLine().getOut();
        TextTable.of(rows(config, result)).forEach(out::println);
        out.flush();
    }

    /** A whole number of the run's summary. */
    static long count(TrainingResult result, String key) {
        return result.summary().get(key).getAsLong();
    }
}
