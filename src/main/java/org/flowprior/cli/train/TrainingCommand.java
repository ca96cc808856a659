package org.flowprior.cli.train;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.flowprior.cli.common.RunMachine;
import org.flowprior.cli.common.RunOptions;
import org.flowprior.cli.common.Session;
import org.flowprior.cli.common.TextTable;
import org.flowprior.config.ConfigLoader;
import org.flowprior.console.Console;
import org.flowprior.train.MetricLog;
import org.flowprior.train.RunDirectory;
import org.flowprior.train.StageConfig;
import picocli.CommandLine.Model.CommandSpec;

/** A command that trains in a run directory: begins or resumes the run, writes its summary and prints its end. */
final class TrainingCommand<T extends Record & StageConfig<T>, R> {

    private final TrainingStage<T, R> stage;
    private final ConfigLoader<T> loader;
    private final RunOptions options;
    private final Session session;
    private final CommandSpec spec;

    TrainingCommand(TrainingStage<T, R> stage, RunOptions options, Session session, CommandSpec spec) {
        this.stage = stage;
        this.loader = stage.loader();
        this.options = options;
        this.session = session;
        this.spec = spec;
    }

    int call() throws IOException {
        Console console = session.console();
        try (RunDirectory run = options.resume() ? resume() : begin()) {
            T config = options.resolved(loader, run, assignments());
            console.say("flowprior " + spec.name() + " in " + run.path());
            R result;
            try (MetricLog log = MetricLog.open(run)) {
                result = stage.train(run, config, log, console, session.stopRequests());
            }
            JsonObject summary = stage.summary(config, result);
            RunMachine.describe(summary, config);
            run.writeSummary(summary);
            PrintWriter out = spec.commandLine().getOut();
            TextTable.of(stage.rows(config, result)).forEach(out::println);
            out.flush();
        }
        return 0;
    }

    private List<String> assignments() {
        return stage.assignments(options.assignments());
    }

    private T asked() {
        return loader.load(options.config(), assignments()).withAbsolutePaths();
    }

    private RunDirectory begin() throws IOException {
        T config = options.ready(asked());
        stage.requireFitting(config);
        Path directory = options.out() != null ? options.out() : options.directory(stage.about(config), loader);
        return RunDirectory.create(directory, loader.toJson(config));
    }

    private RunDirectory resume() throws IOException {
        return RunDirectory.resume(options.out() != null ? options.out()
                : options.directory(stage.about(asked()), loader));
    }
}
