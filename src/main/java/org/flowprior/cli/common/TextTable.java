package org.flowprior.cli.common;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.IntStream;

/** Formats rows of cells for a terminal: columns as wide as their widest cell, with two spaces between them. */
public final class TextTable {

    private TextTable() {}

    /** Returns a line for each row. All rows must have as many cells as the first. */
    private static List<String> of(List<List<String>> rows) {
        int[] widths = IntStream.range(0, rows.getFirst().size())
                .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0)).toArray();
        return rows.stream().map(row -> {
            StringJoiner line = new StringJoiner("  ");
            for (int column = 0; column < widths.length; column++) {
                line.add(row.get(column) + " ".repeat(widths[column] - row.get(column).length()));
            }
            return line.toString().stripTrailing();
        }).toList();
    }

    /** Prints a line for each row. */
    public static void print(PrintWriter to, List<List<String>> rows) {
        of(rows).forEach(to::println);
        to.flush();
    }

    /** Returns the rows as a table in Markdown; the first row is its head. */
    public static String markdown(List<List<String>> rows) {
        List<String> lines =
                new ArrayList<>(rows.stream().map(row -> "| " + String.join(" | ", row) + " |\n").toList());
        lines.add(1, "|---".repeat(rows.getFirst().size()) + "|\n");
        return String.join("", lines);
    }

    /** Returns a row of a label and its formatted value. */
    public static List<String> row(String label, String format, Object... values) {
        return List.of(label, String.format(Locale.ROOT, format, values));
    }
}
