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
import org.flowprior.train.toy.ReportText;
import org.flowprior.train.toy.ToyConfig;
import org.flowprior.train.toy.ToyResult;
import org.flowprior.train.toy.ToyTraining;

/** One target of {@code flowprior toy}: training, figures, files and what is said about them. */
final class Experiment {

    private final Console console;
    private final Supplier<BooleanSupplier> stop;
    private final PrintWriter out;
    private final boolean report;

    Experiment(Console console, Supplier<BooleanSupplier> stop, PrintWriter out, boolean report) {
        this.console = console;
        this.stop = stop;
        this.out = out;
        this.report = report;
    }

    Console console() {
        return console;
    }

    PrintWriter out() {
        return out;
    }

    boolean withReport() {
        return report;
    }

    /** Runs the experiment, or the rest of it. */
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
            ReportText.write(run.path(), config.target(), result.report().get());
        }
        JsonObject summary = RunSummary.of(config, result, result.seconds() + (System.nanoTime() - start) / 1e9);
        run.end(summary);
        RunSummary.print(out, summary, figure);
        if (result.report().isPresent()) {
            out.println();
            ReportText.sentences(result.report().get()).forEach(out::println);
            out.println();
            TextTable.of(ReportText.table(result.report().get())).forEach(out::println);
            out.println();
            out.println("report: " + run.path().resolve(ReportText.MARKDOWN));
        }
        out.flush();
    }
}
