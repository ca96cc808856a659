package org.flowprior.cli.reproduce;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.flowprior.config.Json;
import org.flowprior.config.RequestException;
import org.flowprior.torch.io.AtomicFiles;

/** A table of the paper, with what was measured here above the paper's own numbers; every cell is read from a file. */
final class PaperTable {

    /**
     * A column.
     *
     * @param heading  in Markdown and on the terminal
     * @param name     in CSV
     * @param measured whose file has it
     * @param metric   its key there
     * @param format   for print
     */
    private record Column(String heading, String name, TableRow.Measured measured, String metric, String format) {}

    private static final List<Column> RECONSTRUCTION = List.of(
            new Column("rFID", "rfid", TableRow.Measured.RECONSTRUCTION, "rfid", "%.3f"),
            new Column("PSNR", "psnr", TableRow.Measured.RECONSTRUCTION, "psnr", "%.2f"));
    private static final List<Column> UNGUIDED = List.of(
            new Column("FID", "fid", TableRow.Measured.UNGUIDED, "fid", "%.3f"),
            new Column("IS", "is", TableRow.Measured.UNGUIDED, "inceptionScore", "%.2f"));
    private static final List<Column> UNGUIDED_COVERAGE = List.of(
            new Column("Pre.", "precision", TableRow.Measured.UNGUIDED, "precision", "%.2f"),
            new Column("Rec.", "recall", TableRow.Measured.UNGUIDED, "recall", "%.2f"));
    private static final List<Column> GUIDED = List.of(
            new Column("FID, guided", "fidGuided", TableRow.Measured.GUIDED, "fid", "%.3f"),
            new Column("IS", "isGuided", TableRow.Measured.GUIDED, "inceptionScore", "%.2f"),
            new Column("Pre.", "precisionGuided", TableRow.Measured.GUIDED, "precision", "%.2f"),
            new Column("Rec.", "recallGuided", TableRow.Measured.GUIDED, "recall", "%.2f"));

    private final Path root;
    private final List<TableRow> rows;
    private final List<Column> columns;
    private final List<List<Double>> values;

    private PaperTable(Path root, List<TableRow> rows, List<Column> columns) {
        this.root = root;
        this.rows = rows;
        this.columns = columns;
        this.values = rows.stream().map(row -> columns.stream().map(column -> value(row, column)).toList()).toList();
    }

    /** Table 1 out of the files in that directory. */
    static PaperTable first(Path root) {
        return new PaperTable(root, TableRow.table1(), Stream.of(RECONSTRUCTION, UNGUIDED, UNGUIDED_COVERAGE,
                GUIDED).flatMap(List::stream).toList());
    }

    /** Table 2 out of the files in that directory. */
    static PaperTable second(Path root) {
        return new PaperTable(root, TableRow.table2(), Stream.of(RECONSTRUCTION, UNGUIDED)
                .flatMap(List::stream).toList());
    }

    private String source(TableRow row, TableRow.Measured measured) {
        return "evaluations/" + measured.file(row.variant()) + ".json";
    }

    private double value(TableRow row, Column column) {
        Path file = root.resolve(source(row, column.measured()));
        if (!(Json.read(file).get("metrics") instanceof JsonObject metrics) || !metrics.has(column.metric())) {
            throw new RequestException(file + " has no " + column.metric() + "; remove it, and the same command "
                    + "measures it again");
        }
        return metrics.get(column.metric()).getAsDouble();
    }

    /** What the evaluation says of its numbers, such as whose features they are of. */
    JsonObject anyEvaluation() {
        return Json.read(root.resolve(source(rows.getFirst(), TableRow.Measured.UNGUIDED)));
    }

    /** The cells as they are printed, headings first. */
    List<List<String>> cells() {
        List<List<String>> cells = new ArrayList<>();
        List<String> headings = new ArrayList<>(List.of("autoencoder", ""));
        columns.forEach(column -> headings.add(column.heading()));
        cells.add(headings);
        for (int i = 0; i < rows.size(); i++) {
            TableRow row = rows.get(i);
            cells.add(cells(row.group().isEmpty() ? row.title() : row.group() + ": " + row.title(), "here",
                    values.get(i)));
            cells.add(cells("", "paper", row.paper()));
        }
        return cells;
    }

    private List<String> cells(String title, String whose, List<Double> numbers) {
        List<String> cells = new ArrayList<>(List.of(title, whose));
        for (int i = 0; i < columns.size(); i++) {
            cells.add(String.format(Locale.ROOT, whose.equals("paper") ? "%.2f" : columns.get(i).format(),
                    numbers.get(i)));
        }
        return cells;
    }

    /** Writes the table and the notes as Markdown. */
    void writeMarkdown(Path file, String title, List<String> notes) {
        StringBuilder text = new StringBuilder("# " + title + "\n\n");
        List<List<String>> cells = cells();
        for (int i = 0; i < cells.size(); i++) {
            text.append("| ").append(String.join(" | ", cells.get(i))).append(" |\n");
            if (i == 0) {
                text.append("|---".repeat(cells.getFirst().size())).append("|\n");
            }
        }
        text.append('\n');
        notes.forEach(note -> text.append("- ").append(note).append('\n'));
        AtomicFiles.write(file, text.toString());
    }

    /** Writes all digits, and the file of each number. */
    void writeCsv(Path file) {
        StringBuilder text = new StringBuilder("varied,autoencoder,whose");
        columns.forEach(column -> text.append(',').append(column.name()));
        text.append(",files\n");
        for (int i = 0; i < rows.size(); i++) {
            TableRow row = rows.get(i);
            line(text, row, "here", values.get(i), String.join(" ", row.measured().stream()
                    .map(measured -> source(row, measured)).toList()));
            line(text, row, "paper", row.paper(), "");
        }
        AtomicFiles.write(file, text.toString());
    }

    private static void line(StringBuilder text, TableRow row, String whose, List<Double> numbers, String files) {
        text.append(row.group()).append(',').append(row.title()).append(',').append(whose);
        numbers.forEach(number -> text.append(',').append(number));
        text.append(',').append(files).append('\n');
    }
}
