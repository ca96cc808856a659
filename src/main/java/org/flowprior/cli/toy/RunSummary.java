package org.flowprior.cli.toy;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.flowprior.cli.common.TextTable;
import org.flowprior.eval.Correlation;
import org.flowprior.plot.CurvesPanel;
import org.flowprior.plot.ToyFigures;
import org.flowprior.train.RunMachine;
import org.flowprior.train.toy.AlignedLatents;
import org.flowprior.train.toy.ToyConfig;
import org.flowprior.train.toy.ToyResult;

/** The results of a toy run: as {@code summary.json}, and as a few rows. */
final class RunSummary {

    private RunSummary() {}

    /** Returns the content of {@code summary.json}. */
    static JsonObject of(ToyConfig config, ToyResult result, double seconds) {
        JsonObject json = new JsonObject();
        json.addProperty("target", config.target().commandName());
        json.addProperty("seed", config.seed());
        json.addProperty("latentsWithin3Sigma", result.within3Sigma());
        addCorrelations(json, result.aligned());
        json.addProperty("nllLatents", result.nllLatents());
        json.addProperty("nllData", result.nllData());
        json.addProperty("nllSpace", result.nllSpace());
        json.addProperty("scale", result.scale());
        json.addProperty("alignLoss", result.aligned().lastLoss());
        json.addProperty("weighting", result.aligned().weighting().name().toLowerCase(Locale.ROOT));
        json.addProperty("flowLoss", result.flowLoss());
        json.addProperty("flowLossOfExactField", result.bestFlowLoss());
        JsonArray counts = new JsonArray();
        Arrays.stream(result.perMode()).forEach(counts::add);
        json.add("latentsPerMode", counts);
        json.addProperty("flowSteps", config.flow().steps());
        json.addProperty("alignmentSteps", config.alignment().steps());
        json.addProperty("seconds", seconds);
        RunMachine.describe(json, config);
        return json;
    }

    /** Adds correlations over the steps with an NLL, if there are at least two. */
    private static void addCorrelations(JsonObject json, AlignedLatents aligned) {
        double[] losses = aligned.whereEvaluated(aligned.losses());
        double[] smoothed = aligned.whereEvaluated(CurvesPanel.smoothed(aligned.losses(), ToyFigures.WINDOW));
        double[] likelihoods = aligned.whereEvaluated(aligned.likelihoods());
        if (likelihoods.length < 2) {
            return;
        }
        json.addProperty("pearson", Correlation.pearson(losses, likelihoods));
        json.addProperty("spearman", Correlation.spearman(losses, likelihoods));
        json.addProperty("pearsonSmoothed", Correlation.pearson(smoothed, likelihoods));
        json.addProperty("spearmanSmoothed", Correlation.spearman(smoothed, likelihoods));
    }

    /** Prints the rows. */
    static void print(PrintWriter out, JsonObject summary, Path figure) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(TextTable.row("target", "%s", summary.get("target").getAsString()));
        rows.add(TextTable.row("latents within 3 sigma of the skeleton", "%.1f %%",
                100 * number(summary, "latentsWithin3Sigma")));
        if (summary.has("pearson")) {
            rows.add(TextTable.row("correlation of alignment loss and NLL", "%.3f Pearson, %.3f Spearman",
                    number(summary, "pearson"), number(summary, "spearman")));
        }
        rows.add(TextTable.row("mean NLL of the latents, of the data", "%.3f, %.3f (%s space)",
                number(summary, "nllLatents"), number(summary, "nllData"),
                summary.get("nllSpace").getAsString().replaceFirst(":.*", "")));
        rows.add(TextTable.row("alignment loss, last 100 steps", "%.3f", number(summary, "alignLoss")));
        rows.add(TextTable.row("flow loss, and of the exact field", "%.3f, %.3f", number(summary, "flowLoss"),
                number(summary, "flowLossOfExactField")));
        rows.add(TextTable.row("time", "%.0f s", number(summary, "seconds")));
        rows.add(TextTable.row("figure", "%s", figure));
        TextTable.print(out, rows);
    }

    private static double number(JsonObject summary, String key) {
        return summary.get(key).getAsDouble();
    }
}
