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
import org.flowprior.cli.common.TextTable;
import org.flowprior.torch.io.AtomicFiles;

/** Numbers of all toy targets, a row for each, from the JSON of their runs. */
final class ComparisonTable {

    /**
     * A column.
     *
     * @param heading in the printed tables
     * @param path    of the number in the JSON, dots between the levels; the heading in CSV
     * @param format  for print
     * @param factor  of the number for print
     */
    private record Column(String heading, String path, String format, double factor) {
        Column(String heading, String path) {
            this(heading, path, "%.3f", 1);
        }
    }

    private static final List<Column> RUNS = List.of(
            new Column("NLL of latents", "nllLatents"), new Column("NLL of data", "nllData"),
            new Column("Pearson", "pearson"), new Column("Spearman", "spearman"),
            new Column("smoothed: Pearson", "pearsonSmoothed"), new Column("Spearman", "spearmanSmoothed"),
            new Column("within 3 sigma", "latentsWithin3Sigma", "%.1f %%", 100), new Column("flow loss", "flowLoss"),
            new Column("of the exact field", "flowLossOfExactField"), new Column("time", "seconds", "%.0f s", 1));

    private static final List<Column> REPORTS = List.of(
            new Column("log p of data: flow", "atData.flow"), new Column("density", "atData.density"),
            new Column("C - L", "boundAtData.bound"), new Column("mean gap", "boundAtData.gap"),
            new Column("Prop. 1 fails: data", "boundAtData.shareFailing", "%.1f %%", 100),
            new Column("grid", "boundOnGrid.shareFailing", "%.1f %%", 100),
            new Column("least L on data", "boundAtData.least"),
            new Column("L, NLL on grid: Pearson", "wholeGrid.pearson"), new Column("Spearman", "wholeGrid.spearman"),
            new Column("where data is: Pearson", "dataRegion.pearson"), new Column("Spearman", "dataRegion.spearman"),
            new Column("NLL: data", "data.nll"), new Column("first weighting", "alignments.0.latents.nll"),
            new Column("second", "alignments.1.latents.nll"),
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

    /** Compares the targets by their {@code summary.json}. */
    static ComparisonTable ofRuns(Map<String, JsonObject> summaries) {
        return new ComparisonTable(RUNS, summaries);
    }

    /** Compares the targets by their {@code report.json}. */
    static ComparisonTable ofReports(Map<String, JsonObject> reports) {
        return new ComparisonTable(REPORTS, reports);
    }

    /** Returns the cells as they are printed, headings first. A cell is empty if a run has no such number. */
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
        AtomicFiles.write(directory.resolve(name + ".md"), TextTable.markdown(rows()));
        StringBuilder csv = new StringBuilder("target," + columns.stream().map(Column::path)
                .collect(Collectors.joining(",")) + "\n");
        sources.forEach((target, json) -> csv.append(target).append(',').append(columns.stream()
                .map(column -> at(json, column.path())).map(number -> number == null ? "" : number.getAsString())
                .collect(Collectors.joining(","))).append('\n'));
        AtomicFiles.write(directory.resolve(name + ".csv"), csv.toString());
    }

    /** Returns the element at the path; null if there is none. */
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
