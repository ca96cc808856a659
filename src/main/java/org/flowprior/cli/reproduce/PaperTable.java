package org.flowprior.cli.reproduce;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.flowprior.cli.common.TextTable;
import org.flowprior.cli.reproduce.TableRow.Measured;
import org.flowprior.config.Json;
import org.flowprior.config.RequestException;
import org.flowprior.torch.io.AtomicFiles;

/** A table of the paper: the measurements of a reproduction above the paper's numbers. */
final class PaperTable {

    /**
     * A column.
     *
     * @param heading  in Markdown and on the terminal
     * @param name     in CSV
     * @param measured the measurement that its number belongs to
     * @param metric   its key in that file
     * @param format   for print
     */
    private record Column(String heading, String name, Measured measured, String metric, String format) {}

    /** The columns of Table 1, of which Table 2 has the first four. */
    private static final List<Column> COLUMNS = List.of(
            new Column("rFID", "rfid", Measured.RECONSTRUCTION, "rfid", "%.3f"),
            new Column("PSNR", "psnr", Measured.RECONSTRUCTION, "psnr", "%.2f"),
            new Column("FID", "fid", Measured.UNGUIDED, "fid", "%.3f"),
            new Column("IS", "is", Measured.UNGUIDED, "inceptionScore", "%.2f"),
            new Column("Pre.", "precision", Measured.UNGUIDED, "precision", "%.2f"),
            new Column("Rec.", "recall", Measured.UNGUIDED, "recall", "%.2f"),
            new Column("FID, guided", "fidGuided", Measured.GUIDED, "fid", "%.3f"),
            new Column("IS", "isGuided", Measured.GUIDED, "inceptionScore", "%.2f"),
            new Column("Pre.", "precisionGuided", Measured.GUIDED, "precision", "%.2f"),
            new Column("Rec.", "recallGuided", Measured.GUIDED, "recall", "%.2f"));

    private final Path root;
    private final List<TableRow> rows;
    private final List<Column> columns;
    private final List<List<Double>> values;

    /** Reads the numbers of these rows from the files in that directory. */
    PaperTable(Path root, List<TableRow> rows) {
        this.root = root;
        this.rows = rows;
        this.columns = COLUMNS.subList(0, rows.getFirst().paper().size());
        this.values = rows.stream().map(row -> columns.stream().map(column -> value(row, column)).toList()).toList();
    }

    private String source(TableRow row, Measured measured) {
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

    /** Returns one of the evaluations, which names the features of its numbers. */
    JsonObject anyEvaluation() {
        return Json.read(root.resolve(source(rows.getFirst(), Measured.UNGUIDED)));
    }

    /** Returns the cells as they are printed, headings first. */
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
        StringBuilder text = new StringBuilder("# " + title + "\n\n" + TextTable.markdown(cells()) + "\n");
        notes.forEach(note -> text.append("- ").append(note).append('\n'));
        AtomicFiles.write(file, text.toString());
    }

    /** Writes the numbers with all digits, and the files of each row. */
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
