package org.flowprior.console;

import java.io.PrintStream;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar with the rate and the time left. */
final class BarProgress implements Progress {

    private final ProgressBar bar;

    BarProgress(PrintStream out, String task, String unit, long total, long done) {
        boolean unicode = out.charset().newEncoder().canEncode('█');
        bar = new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .startsFrom(done, Duration.ZERO)
                .setUpdateIntervalMillis(250)
                .setStyle(unicode ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
                .showSpeed(new DecimalFormat("0.0 " + unit, DecimalFormatSymbols.getInstance(Locale.ROOT)))
                .setConsumer(new ConsoleProgressBarConsumer(out))
                .build();
    }

    @Override
    public void step(long done) {
        bar.stepTo(done);
    }

    @Override
    public void row(Map<String, Double> metrics) {
        bar.setExtraMessage(" " + LineProgress.describe(metrics));
    }

    @Override
    public void close() {
        bar.close();
    }
}
