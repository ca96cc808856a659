package org.flowprior.console;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Prints a plain line every ten seconds, or for each row of metrics. */
public final class LineProgress implements Progress {

    private static final double SECONDS_BETWEEN_LINES = 10;

    private final PrintStream out;
    private final String task;
    private final String unit;
    private final long total;
    private final long before;
    private final boolean eachRow;
    private final long start = System.nanoTime();
    private double lastLine;
    private long done;
    private long said = -1;
    private boolean newRow;
    private String metrics = "";

    LineProgress(PrintStream out, String task, String unit, long total, long done, boolean eachRow) {
        this.out = out;
        this.task = task;
        this.unit = unit;
        this.total = total;
        this.before = done;
        this.done = done;
        this.eachRow = eachRow;
    }

    @Override
    public void row(Map<String, Double> row) {
        metrics = describe(row);
        newRow = true;
    }

    @Override
    public void step(long step) {
        done = step;
        double now = seconds();
        if (eachRow ? newRow : now - lastLine >= SECONDS_BETWEEN_LINES || done == total && said != total) {
            lastLine = now;
            say();
        }
        newRow = false;
    }

    @Override
    public void close() {
        if (done > before && said != done) {
            say();
        }
    }

    private void say() {
        said = done;
        double rate = (done - before) / Math.max(seconds(), 1e-9);
        String left = done == total ? "done in " + clock(seconds()) : clock((total - done) / rate) + " left";
        out.printf(Locale.ROOT, "%s %d/%d, %.1f %s/s, %s%s%n", task, done, total, rate, unit, left,
                metrics.isEmpty() ? "" : ", " + metrics);
    }

    private double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    /** Metrics as text, with four significant digits. */
    public static String describe(Map<String, Double> row) {
        return row.entrySet().stream().map(e -> String.format(Locale.ROOT, "%s %.4g", e.getKey(), e.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** Hours, minutes and seconds, for example {@code 2h03m}, {@code 1m01s} or {@code 59s}. */
    public static String clock(double seconds) {
        Duration d = Duration.ofSeconds(Math.round(seconds));
        return d.toHours() > 0 ? "%dh%02dm".formatted(d.toHours(), d.toMinutesPart())
                : d.toMinutes() > 0 ? "%dm%02ds".formatted(d.toMinutes(), d.toSecondsPart()) : d.toSeconds() + "s";
    }
}
