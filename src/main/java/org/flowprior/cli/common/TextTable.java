package org.flowprior.cli.common;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.IntStream;

/** Rows of cells for a terminal: columns as wide as their widest cell, two blanks between them. */
public final class TextTable {

    private TextTable() {}

    /** A line for each row; all rows have as many cells as the first. */
    public static List<String> of(List<List<String>> rows) {
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

    /** Prints the lines of the rows. */
    public static void print(PrintWriter to, List<List<String>> rows) {
        of(rows).forEach(to::println);
        to.flush();
    }

    /** A row of a label and its value. */
    public static List<String> row(String label, String format, Object... values) {
        return List.of(label, String.format(Locale.ROOT, format, values));
    }
}
