package org.flowprior.train.toy;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.flowprior.config.Json;
import org.flowprior.target.ToyTarget;
import org.flowprior.torch.io.AtomicFiles;

/** Writes a {@link ToyReport} as {@code report.json}, with every number, and as {@code report.md}, in words. */
public final class ReportText {

    /** The name of the file with the numbers. */
    public static final String JSON = "report.json";
    /** The name of the file with the words. */
    public static final String MARKDOWN = "report.md";

    /** An L_align below this share of the least possible mean counts as zero. */
    private static final double ZERO = 0.01;
    /** A smaller difference than the printed digits show. */
    private static final double ALIKE = 0.0005;
    private static final double TIGHT = 0.9;
    private static final double WIDE = 1.1;

    private ReportText() {}

    /** Writes both files into a directory. */
    public static void write(Path directory, ToyTarget target, ToyReport report) throws IOException {
        AtomicFiles.write(directory.resolve(MARKDOWN), markdown(target, report));
        AtomicFiles.write(directory.resolve(JSON), Json.pretty(json(target, report)));
    }

    static JsonObject json(ToyTarget target, ToyReport report) {
        JsonObject json = new JsonObject();
        json.addProperty("target", target.commandName());
        new Gson().toJsonTree(report).getAsJsonObject().asMap().forEach(json::add);
        for (JsonElement aligned : json.getAsJsonArray("alignments")) {
            JsonObject object = aligned.getAsJsonObject();
            object.addProperty("weighting", object.get("weighting").getAsString().toLowerCase(Locale.ROOT));
        }
        json.add("sentences", new Gson().toJsonTree(sentences(report)));
        return json;
    }

    /** Returns the report as Markdown: a heading, the sentences as a list, the two weightings as a table. */
    public static String markdown(ToyTarget target, ToyReport report) {
        StringBuilder text = new StringBuilder("# The theory on " + target.commandName() + "\n\n");
        sentences(report).forEach(sentence -> text.append("- ").append(sentence).append('\n'));
        text.append('\n');
        List<List<String>> rows = new ArrayList<>(table(report));
        rows.add(1, Collections.nCopies(rows.getFirst().size(), "---"));
        rows.forEach(row -> text.append("| ").append(String.join(" | ", row)).append(" |\n"));
        return text.toString();
    }

    /** Returns the sentences, one for each finding, with log-likelihoods in nats. */
    public static List<String> sentences(ToyReport report) {
        List<String> all = new ArrayList<>();
        ToyConfig.Report sizes = report.sizes();
        all.add(format("Log-likelihoods are those of the normalised variable. The flow's are by Dormand and "
                + "Prince's method to a tolerance of %s with the exact trace, L_align and C by quadrature with 4 x "
                + "%d nodes in time and %d x %d of noise, all in float32.", sizes.tolerance(), sizes.timeNodes(),
                sizes.noiseNodes(), sizes.noiseNodes()));
        all.add(likelihoods("samples of the target", report.atData()));
        all.add(likelihoods("latents", report.atLatents()));
        all.add(format("The bound of Eq. 11, C - L_align, is %.3f - %.3f = %.3f on average at the samples.",
                report.boundAtData().consistency(), report.boundAtData().alignment(), report.boundAtData().bound()));
        all.add(inequality("the flow's own likelihood at the samples", report.boundOfFlow()));
        all.add(inequality("the target's density at the samples", report.boundAtData()));
        all.add(inequality("the target's density on a grid around them", report.boundOnGrid()));
        all.add(zero(report));
        all.add(correlation(report));
        report.alignments().forEach(aligned -> all.add(concentration(aligned)));
        all.add(comparison(report));
        return all;
    }

    private static String likelihoods(String where, ToyReport.Likelihoods found) {
        return format("At %d %s, log p is %.3f on average under the trained flow and %.3f under the density; the "
                + "two differ by %.3f on average and by %.3f at most.", found.points(), where, found.flow(),
                found.density(), found.meanDifference(), found.worstDifference());
    }

    private static String inequality(String against, ToyReport.Bound bound) {
        String verdict = bound.shareFailing() == 0
                ? format("Proposition 1's inequality, log p >= C - L_align, holds against %s at all %d points", against,
                        bound.points())
                : format("Proposition 1's inequality, log p >= C - L_align, fails against %s at %.1f %% of %d points",
                        against, 100 * bound.shareFailing(), bound.points());
        return verdict + format("; the gap between its sides is %.3f on average, from %.3f to %.3f.", bound.gap(),
                bound.leastGap(), bound.largestGap());
    }

    private static String zero(ToyReport report) {
        ToyReport.Bound bound = report.boundAtData();
        String verdict = bound.least() < ZERO * report.leastAlignment()
                ? "Lemma 1's zero is reached: L_align comes down to %.4f at a sample of the target"
                : "Lemma 1's zero does not hold: L_align is nowhere below %.4f at the samples of the target";
        return format(verdict + ", and %.3f on average, where the exact field has %.3f, the least that Eq. 3 can be.",
                bound.least(), bound.alignment(), report.leastAlignment());
    }

    private static String correlation(ToyReport report) {
        ToyReport.Correlations whole = report.wholeGrid();
        ToyReport.Correlations inside = report.dataRegion();
        if (inside.points() < 3) {
            return format("L_align and the NLL on the grid of Figure 3 (b), %d points: Pearson %.3f, Spearman %.3f; "
                    + "only %d of them lie where the data is.", whole.points(), whole.pearson(), whole.spearman(),
                    inside.points());
        }
        String verdict = inside.pearson() < whole.pearson()
                ? "so the landscape follows the NLL less where the data is than around it"
                : "so the landscape follows the NLL where the data is at least as well as around it";
        return format("L_align and the NLL on the grid of Figure 3 (b), %d points: Pearson %.3f, Spearman %.3f; "
                + "among the %d where the data is (NLL below that of 99.9 %% of it): %.3f, %.3f; %s.", whole.points(),
                whole.pearson(), whole.spearman(), inside.points(), inside.pearson(), inside.spearman(), verdict);
    }

    private static String concentration(ToyReport.Aligned aligned) {
        ToyReport.Spread latents = aligned.latents();
        return format("Under the %s weighting the latents end up %s: within a mode they spread %.2f times as wide "
                + "as the data, and lie %.2f times as far from its skeleton in the median, %.2f times in the root "
                + "mean square; %s.", name(aligned), verdict(latents.median()), latents.withinMode(), latents.median(),
                latents.toSkeleton(), modes(latents));
    }

    private static String comparison(ToyReport report) {
        ToyReport.Aligned first = report.alignments().getFirst();
        ToyReport.Aligned second = report.alignments().getLast();
        double nll = first.latents().nll() - second.latents().nll();
        double unevenness = first.latents().unevenness() - second.latents().unevenness();
        return format("The mean NLL of the latents is %.3f under the %s weighting and %.3f under the %s one, that "
                + "of the data %.3f: %s; %s.", first.latents().nll(), name(first), second.latents().nll(), name(second),
                report.data().nll(),
                Math.abs(nll) < ALIKE ? "both end alike"
                        : "the " + name(nll > 0 ? second : first) + " weighting ends lower",
                Math.abs(unevenness) < ALIKE ? "the shares of the modes are as even under both"
                        : "the shares of the modes are evener under the " + name(unevenness > 0 ? second : first)
                                + " one");
    }

    private static String verdict(double ratio) {
        return ratio < TIGHT ? "closer to the skeleton than the data"
                : ratio <= WIDE ? "about as close to the skeleton as the data"
                : "farther from the skeleton than the data";
    }

    private static String modes(ToyReport.Spread spread) {
        int empty = spread.emptyModes();
        return (empty == 0 ? "all " + spread.perMode().length + " modes have some"
                : empty + " of " + spread.perMode().length + " modes have none")
                + ", and " + format("%.1f %%", 100 * spread.unevenness()) + " would have to change modes for even "
                + "shares";
    }

    /** Returns a table with rows for samples of the target and for each weighting; the first row is the heading. */
    public static List<List<String>> table(ToyReport report) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", "mean NLL", "spread within a mode", "distance to the skeleton", "its median",
                "uneven", "empty modes", "points of each mode"));
        rows.add(row("data", report.data()));
        report.alignments().forEach(aligned -> rows.add(row(name(aligned) + " weighting", aligned.latents())));
        return rows;
    }

    private static List<String> row(String name, ToyReport.Spread spread) {
        return List.of(name, format("%.3f", spread.nll()), format("%.2f", spread.withinMode()),
                format("%.2f", spread.toSkeleton()), format("%.2f", spread.median()),
                format("%.1f %%", 100 * spread.unevenness()), Integer.toString(spread.emptyModes()),
                LongStream.of(spread.perMode()).mapToObj(Long::toString).collect(Collectors.joining(" ")));
    }

    private static String name(ToyReport.Aligned aligned) {
        return aligned.weighting().name().toLowerCase(Locale.ROOT);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
