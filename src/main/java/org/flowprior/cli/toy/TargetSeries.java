package org.flowprior.cli.toy;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.cli.common.TextTable;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.Json;
import org.flowprior.plot.BundledFont;
import org.flowprior.plot.FigureColumn;
import org.flowprior.target.ToyTarget;
import org.flowprior.train.RunDirectory;
import org.flowprior.train.TrainingRun;
import org.flowprior.train.toy.ReportText;
import org.flowprior.train.toy.ToyConfig;

/**
 * Runs all targets of {@code flowprior toy}, each in a subdirectory of its name, and combines their tables and figures.
 * The directory itself has the config of all, which names no target.
 */
record TargetSeries(Experiment experiment, ConfigLoader<ToyConfig> loader, ToyConfig config, TrainingRun run) {

    private static final String TARGET = "target";
    private static final String SUMMARY = "summary.json";

    /** Returns true for a directory with runs of all targets. */
    static boolean isIn(Path directory) {
        return RunDirectory.isRun(directory) && !Json.read(directory.resolve("config.json")).has(TARGET);
    }

    /** Removes the target from a config. Returns it. */
    static JsonObject shared(JsonObject config) {
        config.remove(TARGET);
        return config;
    }

    /** Runs the targets that are not done, then combines all. */
    void runAll() throws IOException {
        for (ToyTarget target : ToyTarget.values()) {
            Path place = run.path().resolve(target.commandName());
            if (isDone(place)) {
                experiment.console().say(place + " is done already");
                continue;
            }
            ToyConfig own = config.with(target);
            try (TrainingRun one = RunDirectory.isRun(place) ? TrainingRun.resume(place)
                    : TrainingRun.create(place, loader.toJson(own))) {
                experiment.console().say("flowprior toy in " + one.path());
                loader.requireSame(one.config(loader, experiment.console()::say), own, place);
                experiment.run(one, own);
                experiment.out().println();
            }
        }
        combine();
    }

    private boolean isDone(Path place) {
        return Files.exists(place.resolve(SUMMARY))
                && (!experiment.report() || Files.exists(place.resolve(ReportText.JSON)));
    }

    private void combine() throws IOException {
        Map<String, JsonObject> summaries = new LinkedHashMap<>();
        Map<String, JsonObject> reports = new LinkedHashMap<>();
        Map<String, Path> figures3 = new LinkedHashMap<>();
        Map<String, Path> figures6 = new LinkedHashMap<>();
        for (ToyTarget target : ToyTarget.values()) {
            Path place = run.path().resolve(target.commandName());
            summaries.put(target.commandName(), Json.read(place.resolve(SUMMARY)));
            if (Files.exists(place.resolve(ReportText.JSON))) {
                reports.put(target.commandName(), Json.read(place.resolve(ReportText.JSON)));
            }
            figures3.put(target.commandName(), place.resolve("figures/figure3.png"));
            figures6.put(target.commandName(), place.resolve("figures/figure6.png"));
        }
        BundledFont.use();
        Path figure5 = run.directory().figures().resolve("figure5.png");
        FigureColumn.write(figure5, figures3);
        FigureColumn.write(run.directory().figures().resolve("figure6.png"), figures6);
        ComparisonTable runs = ComparisonTable.ofRuns(summaries);
        runs.write(run.path(), "table");
        TextTable.print(experiment.out(), runs.rows());
        if (reports.size() == ToyTarget.values().length) {
            ComparisonTable theory = ComparisonTable.ofReports(reports);
            theory.write(run.path(), "report");
            experiment.out().println();
            TextTable.print(experiment.out(), theory.rows());
        }
        experiment.out().println();
        experiment.out().println("table   " + run.path().resolve("table.md"));
        experiment.out().println("figure  " + figure5);
        experiment.out().flush();
    }
}
