package org.flowprior.plot;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.IntFunction;
import org.flowprior.torch.io.AtomicFiles;

/** Tables of numbers as comma-separated values: a line of names, then a line for each row. */
final class Csv {

    /** Enough digits to tell all float32 numbers apart. */
    private static final MathContext DIGITS = new MathContext(9);

    private Csv() {}

    /**
     * Writes the columns.
     *
     * @throws IllegalArgumentException if there is not one name for each column, or columns differ in length
     */
    static void write(Path file, List<String> names, double[]... columns) throws IOException {
        AtomicFiles.write(file, text(names, row -> "", columns));
    }

    /**
     * Writes the columns after a column of words.
     *
     * @param word  name of the column of words
     * @param words one for each row
     * @throws IllegalArgumentException if names, words and columns do not fit together
     */
    static void write(Path file, String word, List<String> words, List<String> names, double[]... columns)
            throws IOException {
        if (words.size() != columns[0].length) {
            throw new IllegalArgumentException(words.size() + " words for " + columns[0].length + " rows");
        }
        AtomicFiles.write(file, quoted(word) + "," + text(names, row -> quoted(words.get(row)) + ",", columns));
    }

    /** Quotes a word with commas, quotes or line ends, as RFC 4180 requires. */
    private static String quoted(String word) {
        return word.matches("[^,\"\\r\\n]*") ? word : '"' + word.replace("\"", "\"\"") + '"';
    }

    private static String text(List<String> names, IntFunction<String> begun, double[][] columns) {
        if (names.size() != columns.length) {
            throw new IllegalArgumentException(names.size() + " names for " + columns.length + " columns");
        }
        StringBuilder text = new StringBuilder(String.join(",", names)).append('\n');
        for (int row = 0; row < columns[0].length; row++) {
            StringJoiner line = new StringJoiner(",", begun.apply(row), "\n");
            for (double[] column : columns) {
                if (column.length != columns[0].length) {
                    throw new IllegalArgumentException("columns of " + columns[0].length + " and " + column.length
                            + " rows");
                }
                line.add(number(column[row]));
            }
            text.append(line);
        }
        return text.toString();
    }

    private static String number(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        BigDecimal rounded = new BigDecimal(value, DIGITS).stripTrailingZeros();
        return rounded.scale() <= 0 && rounded.precision() - rounded.scale() <= 15 ? rounded.toPlainString()
                : rounded.toString();
    }
}
