package org.flowprior.cli.toy;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.flowprior.cli.common.TextTable;
import org.flowprior.console.Console;
import org.flowprior.plot.BundledFont;
import org.flowprior.plot.ToyFigures;
import org.flowprior.train.TrainingRun;
import org.flowprior.train.toy.ReportFiles;
import org.flowprior.train.toy.ReportText;
import org.flowprior.train.toy.ToyConfig;
import org.flowprior.train.toy.ToyResult;
import org.flowprior.train.toy.ToyTraining;

/**
 * Runs one target of {@code flowprior toy}: trains, draws the figures, writes the files and prints the results.
 *
 * @param stop   gives the request to stop that training checks
 * @param out    for results
 * @param report whether the theory is measured too
 */
record Experiment(Console console, Supplier<BooleanSupplier> stop, PrintWriter out, boolean report) {

    /** Runs the experiment, or the rest of a resumed one. */
    void run(TrainingRun run, ToyConfig config) throws IOException {
        run.console(console).stopWhen(stop.get());
        ToyResult result = new ToyTraining(run, config).run(report);
        long start = System.nanoTime();
        BundledFont.use();
        Path figures = run.directory().figures();
        Path figure = ToyFigures.write(figures, result);
        long steps = config.flow().steps() + config.alignment().steps();
        run.log().image("figures/figure3", steps, figure);
        run.log().image("figures/figure6", steps, figures.resolve("figure6.png"));
        if (result.report().isPresent()) {
            ReportFiles.write(run.path(), config.target(), result.report().get());
        }
        JsonObject summary = RunSummary.of(config, result, result.seconds() + (System.nanoTime() - start) / 1e9);
        run.end(summary);
        RunSummary.print(out, summary, figure);
        if (result.report().isPresent()) {
            out.println();
            ReportText.sentences(result.report().get()).forEach(out::println);
            out.println();
            TextTable.print(out, ReportText.table(result.report().get()));
            out.println();
            out.println("report: " + run.path().resolve(ReportFiles.MARKDOWN));
        }
        out.flush();
    }
}
