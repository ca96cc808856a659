package org.flowprior.plot;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.flowprior.config.RequestException;
import org.flowprior.eval.Correlation;
import org.flowprior.train.autoencoder.AlignmentSeries;

/**
 * Figure 4 of the paper: the alignment loss (blue, solid, left axis) and the mean of log r<sub>k</sub> (red, dashed,
 * right axis) during the training of an autoencoder, with a panel for each prior, their correlation in its title, and
 * the numbers as CSV.
 *
 * <p>Both curves come from the run's evaluations: the averaged weights at validation images, always the same ones.
 */
public final class Figure4 {

    private static final int MOST_PANELS = 26;

    private Figure4() {}

    /**
     * A panel.
     *
     * @param title  the prior's name
     * @param values the two measures at each step
     */
    public record Series(String title, AlignmentSeries values) {

        /**
         * Reads the series from a run directory of {@code flowprior train-autoencoder} with a prior and
         * {@code evaluation.bank}.
         *
         * @throws RequestException if the run has no {@code metrics.jsonl}, or fewer than two evaluations with both
         *                          measures
         */
        public static Series read(String title, Path run) {
            return new Series(title, AlignmentSeries.read(run));
        }

        /** Returns Pearson's correlation of alignment loss and mean log distance; NaN if one of them does not vary. */
        public double pearson() {
            return Correlation.pearson(values.alignment(), values.meanLogDistance());
        }

        /** Returns Spearman's correlation of the two; NaN if one of them does not vary. */
        public double spearman() {
            return Correlation.spearman(values.alignment(), values.meanLogDistance());
        }
    }

    /**
     * Writes {@code figure4.png} with all panels side by side; {@code figure4a.png}, {@code figure4b.png} and so on
     * with one each; {@code figure4a.csv} and so on with the columns step, alignment_loss and mean_log_distance; and
     * {@code figure4-correlation.csv} with a row for each panel: prior, evaluations, points, k, Pearson's and
     * Spearman's correlation. Makes the directory if it does not exist.
     *
     * @param series in the order of the panels, 1 to 26 of them
     * @return the path of {@code figure4.png}
     * @throws IllegalArgumentException for another number of panels
     */
    public static Path write(Path directory, List<Series> series) throws IOException {
        if (series.isEmpty() || series.size() > MOST_PANELS) {
            throw new IllegalArgumentException("Figure 4 has 1 to " + MOST_PANELS + " panels, not " + series.size());
        }
        Files.createDirectories(directory);
        List<BufferedImage> panels = new ArrayList<>();
        for (int i = 0; i < series.size(); i++) {
            AlignmentSeries values = series.get(i).values();
            String name = "figure4" + (char) ('a' + i);
            Csv.write(directory.resolve(name + ".csv"), List.of("step", "alignment_loss", "mean_log_distance"),
                    values.steps(), values.alignment(), values.meanLogDistance());
            BufferedImage panel = panel(series.get(i), (char) ('a' + i));
            Figure.write(directory.resolve(name + ".png"), panel);
            panels.add(panel);
        }
        writeCorrelations(directory.resolve("figure4-correlation.csv"), series);
        Path all = directory.resolve("figure4.png");
        Figure.write(all, panels.toArray(BufferedImage[]::new));
        return all;
    }

    private static BufferedImage panel(Series series, char letter) {
        AlignmentSeries values = series.values();
        String title = "(%c) %s: Pearson %s".formatted(letter, series.title(), shown(series.pearson()));
        return Figure.draw(CurvesPanel.overTraining(title, "step", values.steps(), "alignment loss", values.alignment(),
                "mean log r" + subscript(values.k()), values.meanLogDistance()));
    }

    private static String shown(double correlation) {
        return Double.isNaN(correlation) ? "undefined"
                : String.format(Locale.ROOT, "%.3f", correlation).replace('-', '−');
    }

    private static String subscript(int number) {
        StringBuilder text = new StringBuilder();
        Integer.toString(number).chars().forEach(digit -> text.append((char) ('₀' + digit - '0')));
        return text.toString();
    }

    private static void writeCorrelations(Path file, List<Series> series) throws IOException {
        Csv.write(file, "prior", series.stream().map(Series::title).toList(),
                List.of("evaluations", "points", "k", "pearson", "spearman"),
                series.stream().mapToDouble(one -> one.values().steps().length).toArray(),
                series.stream().mapToDouble(one -> one.values().points()).toArray(),
                series.stream().mapToDouble(one -> one.values().k()).toArray(),
                series.stream().mapToDouble(Series::pearson).toArray(),
                series.stream().mapToDouble(Series::spearman).toArray());
    }
}
