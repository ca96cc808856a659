package org.flowprior.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.flowprior.plot.BundledFont;
import org.flowprior.plot.CurvesPanel;
import org.flowprior.plot.ToyFigures;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Memory;
import org.flowprior.train.ConfigLoader;
import org.flowprior.train.Console;
import org.flowprior.train.Correlation;
import org.flowprior.train.MetricLog;
import org.flowprior.train.RunDirectory;
import org.flowprior.train.ToyConfig;
import org.flowprior.train.ToyResult;
import org.flowprior.train.ToyTraining;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;

/** {@code flowprior toy}: the 2-D experiment of Sec. 5.1 and its figure. */
@Command(
        name = "toy",
        sortOptions = false,
        description = {
            "Trains a flow on five Gaussians in the plane, freezes it, moves 1,000 latents down its alignment loss, and draws "
                    + "the paper's Figure 3.",
            "Presets: quick (the default; minutes on two cores) and paper (the printed values; hours)."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior toy",
            "  flowprior toy --config paper --seed 1 --out runs/paper",
            "  flowprior toy --set flow.steps=2000 --set alignment.latents=500",
            "  flowprior toy --resume --out runs/paper"})
final class Toy implements Callable<Integer> {

    private static final Path RUNS = Path.of("runs");

    @Mixin
    private RunOptions options;

    @CommandLine.ParentCommand
    private Main main;

    @CommandLine.Spec
    private CommandSpec spec;

    private final ConfigLoader<ToyConfig> loader = ToyConfig.loader();

    @Override
    public Integer call() throws IOException {
        Console console = main.console();
        try (RunDirectory run = options.resume() ? RunDirectory.resume(directory(null)) : begin()) {
            ToyConfig config = resolved(run);
            console.say("flowprior toy in " + run.path());
            ToyResult result;
            Path figure;
            long start = System.nanoTime();
            try (MetricLog log = MetricLog.open(run)) {
                result = new ToyTraining(run, config, log, console, main.stopRequests()).run();
                start = System.nanoTime();
                BundledFont.use();
                figure = ToyFigures.write(run.figures(), result);
                log.image("figures/figure3", config.flow().steps() + config.alignment().steps(), figure);
            }
            JsonObject summary = summary(config, result, result.seconds() + (System.nanoTime() - start) / 1e9);
            run.writeSummary(summary);
            print(summary, figure);
        }
        return 0;
    }

    private RunDirectory begin() throws IOException {
        ToyConfig config = ready(loader.load(options.config(), options.assignments()));
        return RunDirectory.create(directory(config), loader.toJson(config));
    }

    /** What {@code --out} says; else a name made of target and config, unused for a new run, the latest to resume. */
    private Path directory(ToyConfig begun) throws IOException {
        if (options.out() != null) {
            return options.out();
        }
        ToyConfig config = begun != null ? begun : loader.load(options.config(), options.assignments());
        String source = options.config() == null ? loader.presets().getFirst()
                : Path.of(options.config()).getFileName().toString().replaceFirst("\\.json$", "");
        String name = "toy-" + config.target().name().toLowerCase(Locale.ROOT) + "-" + source;
        return begun != null ? RunDirectory.unused(RUNS, name) : RunDirectory.latest(RUNS, name);
    }

    private ToyConfig resolved(RunDirectory run) {
        ToyConfig config = loader.read(run.config(), List.of());
        if (options.resume()) {
            ToyConfig asked = options.config() != null ? loader.load(options.config(), options.assignments())
                    : loader.read(run.config(), options.assignments());
            loader.requireSame(config, asked.threads() == 0 ? asked.withThreads(config.threads()) : asked, run.path());
            ready(config);
        }
        return config;
    }

    /** Sets the threads, and checks that the device is there. */
    private static ToyConfig ready(ToyConfig config) {
        Devices.require(config.device());
        if (config.threads() > 0) {
            Libtorch.setThreads(config.threads());
        }
        return config.withThreads(Libtorch.threads());
    }

    private static JsonObject summary(ToyConfig config, ToyResult result, double seconds) {
        JsonObject json = new JsonObject();
        json.addProperty("target", config.target().name().toLowerCase(Locale.ROOT));
        json.addProperty("seed", config.seed());
        json.addProperty("latentsWithin3Sigma", result.within3Sigma());
        json.addProperty("pearson", Correlation.pearson(result.losses(), result.likelihoods()));
        json.addProperty("spearman", Correlation.spearman(result.losses(), result.likelihoods()));
        double[] smoothed = CurvesPanel.smoothed(result.losses(), ToyFigures.WINDOW);
        json.addProperty("pearsonSmoothed", Correlation.pearson(smoothed, result.likelihoods()));
        json.addProperty("spearmanSmoothed", Correlation.spearman(smoothed, result.likelihoods()));
        json.addProperty("nllLatents", result.nllLatents());
        json.addProperty("nllData", result.nllData());
        json.addProperty("nllSpace", "raw: the variable before its division by scale, without 2 ln scale");
        json.addProperty("scale", result.scale());
        json.addProperty("alignLoss", result.alignLoss());
        json.addProperty("flowLoss", result.flowLoss());
        json.addProperty("flowLossOfExactField", result.bestFlowLoss());
        JsonArray counts = new JsonArray();
        Arrays.stream(result.perComponent()).forEach(counts::add);
        json.add("latentsPerComponent", counts);
        json.addProperty("flowSteps", config.flow().steps());
        json.addProperty("alignmentSteps", config.alignment().steps());
        json.addProperty("seconds", seconds);
        json.addProperty("device", config.device());
        json.addProperty("threads", config.threads());
        json.addProperty("precision", config.precision().name().toLowerCase(Locale.ROOT));
        json.addProperty("cpuPeakBytes", Memory.cpuPeakBytes());
        json.addProperty("flowprior", Version.ofFlowprior());
        json.addProperty("libtorch", Libtorch.version());
        json.addProperty("java", System.getProperty("java.runtime.version"));
        return json;
    }

    private void print(JsonObject summary, Path figure) {
        PrintWriter out = spec.commandLine().getOut();
        row(out, "latents within 3 sigma of a mean", "%.1f %%", 100 * number(summary, "latentsWithin3Sigma"));
        row(out, "correlation of alignment loss and NLL", "%.3f Pearson, %.3f Spearman", number(summary, "pearson"),
                number(summary, "spearman"));
        row(out, "mean NLL of the latents, of the data", "%.3f, %.3f (raw space)", number(summary, "nllLatents"),
                number(summary, "nllData"));
        row(out, "alignment loss, last 100 steps", "%.3f", number(summary, "alignLoss"));
        row(out, "flow loss, and of the exact field", "%.3f, %.3f", number(summary, "flowLoss"),
                number(summary, "flowLossOfExactField"));
        row(out, "time", "%.0f s", number(summary, "seconds"));
        row(out, "figure", "%s", figure);
        out.flush();
    }

    private static double number(JsonObject summary, String key) {
        return summary.get(key).getAsDouble();
    }

    private static void row(PrintWriter out, String label, String format, Object... values) {
        out.println(String.format(Locale.ROOT, "%-39s", label) + String.format(Locale.ROOT, format, values));
    }
}
