package org.flowprior.cli.toy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.flowprior.torch.io.AtomicFiles;

/** Numbers of all toy targets beside each other, a row each, out of the JSON of their runs. */
final class ComparisonTable {

    /**
     * A column.
     *
     * @param heading in the printed tables
     * @param path    of the number in the JSON, dots between the levels; the heading in CSV
     * @param format  for print
     * @param factor  between the number and what is printed
     */
    private record Column(String heading, String path, String format, double factor) {}

    private static final List<Column> RUNS = List.of(
            new Column("NLL of latents", "nllLatents", "%.3f", 1),
            new Column("NLL of data", "nllData", "%.3f", 1),
            new Column("Pearson", "pearson", "%.3f", 1),
            new Column("Spearman", "spearman", "%.3f", 1),
            new Column("smoothed: Pearson", "pearsonSmoothed", "%.3f", 1),
            new Column("Spearman", "spearmanSmoothed", "%.3f", 1),
            new Column("within 3 sigma", "latentsWithin3Sigma", "%.1f %%", 100),
            new Column("flow loss", "flowLoss", "%.3f", 1),
            new Column("of the exact field", "flowLossOfExactField", "%.3f", 1),
            new Column("time", "seconds", "%.0f s", 1));

    private static final List<Column> REPORTS = List.of(
            new Column("log p of data: flow", "atData.flow", "%.3f", 1),
            new Column("density", "atData.density", "%.3f", 1),
            new Column("C - L", "boundAtData.bound", "%.3f", 1),
            new Column("mean gap", "boundAtData.gap", "%.3f", 1),
            new Column("Prop. 1 fails: data", "boundAtData.shareFailing", "%.1f %%", 100),
            new Column("grid", "boundOnGrid.shareFailing", "%.1f %%", 100),
            new Column("least L on data", "boundAtData.least", "%.3f", 1),
            new Column("L, NLL on grid: Pearson", "wholeGrid.pearson", "%.3f", 1),
            new Column("Spearman", "wholeGrid.spearman", "%.3f", 1),
            new Column("where data is: Pearson", "dataRegion.pearson", "%.3f", 1),
            new Column("Spearman", "dataRegion.spearman", "%.3f", 1),
            new Column("NLL: data", "data.nll", "%.3f", 1),
            new Column("first weighting", "alignments.0.latents.nll", "%.3f", 1),
            new Column("second", "alignments.1.latents.nll", "%.3f", 1),
            new Column("spread: first", "alignments.0.latents.withinMode", "%.2f", 1),
            new Column("second", "alignments.1.latents.withinMode", "%.2f", 1),
            new Column("to skeleton: first", "alignments.0.latents.toSkeleton", "%.2f", 1),
            new Column("second", "alignments.1.latents.toSkeleton", "%.2f", 1),
            new Column("median: first", "alignments.0.latents.median", "%.2f", 1),
            new Column("second", "alignments.1.latents.median", "%.2f", 1));

    private final List<Column> columns;
    private final Map<String, JsonObject> sources;

    private ComparisonTable(List<Column> columns, Map<String, JsonObject> sources) {
        this.columns = columns;
        this.sources = sources;
    }

    /** Of {@code summary.json} for each target. */
    static ComparisonTable ofRuns(Map<String, JsonObject> summaries) {
        return new ComparisonTable(RUNS, summaries);
    }

    /** Of {@code report.json} for each target. */
    static ComparisonTable ofReports(Map<String, JsonObject> reports) {
        return new ComparisonTable(REPORTS, reports);
    }

    /** The cells as they are printed, headings first; empty where a run has no such number. */
    List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        List<String> headings = new ArrayList<>(List.of("target"));
        columns.forEach(column -> headings.add(column.heading()));
        rows.add(headings);
        sources.forEach((target, json) -> {
            List<String> row = new ArrayList<>(List.of(target));
            columns.forEach(column -> row.add(printed(column, at(json, column.path()))));
            rows.add(row);
        });
        return rows;
    }

    private static String printed(Column column, JsonElement number) {
        return number == null ? "" : String.format(Locale.ROOT, column.format(),
                column.factor() * number.getAsDouble());
    }

    /** Writes {@code NAME.md} and, with all digits, {@code NAME.csv}. */
    void write(Path directory, String name) throws IOException {
        List<String> lines = new ArrayList<>(rows().stream().map(row -> "| " + String.join(" | ", row) + " |\n")
                .toList());
        lines.add(1, "|---".repeat(columns.size() + 1) + "|\n");
        AtomicFiles.write(directory.resolve(name + ".md"), String.join("", lines));
        StringBuilder csv = new StringBuilder("target," + columns.stream().map(Column::path)
                .collect(Collectors.joining(",")) + "\n");
        sources.forEach((target, json) -> csv.append(target).append(',').append(columns.stream()
                .map(column -> at(json, column.path())).map(number -> number == null ? "" : number.getAsString())
                .collect(Collectors.joining(","))).append('\n'));
        AtomicFiles.write(directory.resolve(name + ".csv"), csv.toString());
    }

    /** The element at the path, null where there is none. */
    private static JsonElement at(JsonObject json, String path) {
        JsonElement element = json;
        for (String part : path.split("\\.")) {
            element = element == null ? null : element.isJsonArray()
                    ? element.getAsJsonArray().get(Integer.parseInt(part))
                    : element.getAsJsonObject().get(part);
        }
        return element;
    }
}
