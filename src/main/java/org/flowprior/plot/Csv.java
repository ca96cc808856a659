package org.flowprior.plot;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import org.flowprior.train.AtomicFiles;

/** Tables of numbers as comma-separated values: a line of names, then a line for each row. */
public final class Csv {

    /** As many digits as tell all float32 numbers apart. */
    private static final MathContext DIGITS = new MathContext(9);

    private Csv() {}

    /**
     * Writes the columns.
     *
     * @throws IllegalArgumentException when there is not one name for each column, or columns differ in length
     */
    public static void write(Path file, List<String> names, double[]... columns) throws IOException {
        if (names.size() != columns.length) {
            throw new IllegalArgumentException(names.size() + " names for " + columns.length + " columns");
        }
        StringBuilder text = new StringBuilder(String.join(",", names)).append('\n');
        for (int row = 0; row < columns[0].length; row++) {
            StringJoiner line = new StringJoiner(",", "", "\n");
            for (double[] column : columns) {
                if (column.length != columns[0].length) {
                    throw new IllegalArgumentException("columns of " + columns[0].length + " and " + column.length + " rows");
                }
                line.add(number(column[row]));
            }
            text.append(line);
        }
        AtomicFiles.write(file, text.toString());
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
