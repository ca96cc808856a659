package org.flowprior.plot;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.flowprior.train.toy.AlignedLatents;
import org.flowprior.train.toy.ToyResult;

/**
 * Figures 3 and 6 of the paper from a toy run, the first also as single panels, and the numbers of each as CSV.
 *
 * <p>In Figure 3, (a) shows the NLL that the config names, by default of the raw variable; (b) the squared norm of Eq.
 * 5, like the official landscape; (c) the mean over channels that the optimisation minimises, half of the squared norm,
 * like the official curve.
 */
public final class ToyFigures {

    /** Width of the window that smooths the loss, in steps. */
    public static final int WINDOW = 17;
    private static final double NLL_TICKS = 30;

    private ToyFigures() {}

    /**
     * Writes {@code figure3.png}, {@code figure3a.png} and so on, {@code figure6.png}, and the tables, into the
     * directory.
     *
     * @return the path of {@code figure3.png}
     */
    public static Path write(Path directory, ToyResult result) throws IOException {
        PointCloud data = PointCloud.of("data", PointCloud.Look.DATA, result.data());
        PointCloud latents = PointCloud.of("latents", PointCloud.Look.LATENTS, result.aligned().latents());
        writeTables(directory, result, data, latents);
        AlignedLatents aligned = result.aligned();
        HeatMap nll = map(result.likelihood());
        BufferedImage a = Figure.draw(HeatMapPanel.of("(a) latents on the NLL of the data", nll, "−log p", ticks(nll),
                List.of(data, latents)));
        BufferedImage b = Figure.draw(HeatMapPanel.of("(b) landscape of the alignment loss", map(result.landscape()),
                "alignment loss", 0, List.of(data)));
        double[] steps = HeatMap.positions(1, aligned.losses().length, aligned.losses().length);
        BufferedImage c = Figure.draw(CurvesPanel.of("(c) latents during the optimisation", "step", steps,
                "alignment loss", CurvesPanel.smoothed(aligned.losses(), WINDOW), aligned.whereEvaluated(steps), "NLL",
                aligned.whereEvaluated(aligned.likelihoods())));
        Figure.write(directory.resolve("figure3a.png"), a);
        Figure.write(directory.resolve("figure3b.png"), b);
        Figure.write(directory.resolve("figure3c.png"), c);
        Figure.save(directory.resolve("figure6.png"), EvolutionStrip.draw(map(result.square()), data,
                EvolutionStrip.chosen(aligned.snapshots())));
        Path all = directory.resolve("figure3.png");
        Figure.write(all, a, b, c);
        return all;
    }

    /** Returns the distance of the official ticks, 30, 60 and 90, if two to eight of them fit; 0 if not. */
    private static double ticks(HeatMap nll) {
        return nll.maximum() >= 2 * NLL_TICKS && nll.maximum() <= 8 * NLL_TICKS ? NLL_TICKS : 0;
    }

    private static HeatMap map(ToyResult.Grid grid) {
        return new HeatMap(grid.x(), grid.y(), grid.values());
    }

    private static void writeTables(Path directory, ToyResult result, PointCloud data, PointCloud latents)
            throws IOException {
        Csv.write(directory.resolve("figure3-data.csv"), List.of("y1", "y2"), data.x(), data.y());
        Csv.write(directory.resolve("figure3-latents.csv"), List.of("y1", "y2"), latents.x(), latents.y());
        writeGrid(directory.resolve("figure3a.csv"), "nll", result.likelihood());
        writeGrid(directory.resolve("figure3b.csv"), "alignment_loss", result.landscape());
        writeCurves(directory.resolve("figure3c.csv"), result.aligned());
        writeGrid(directory.resolve("figure6-nll.csv"), "nll", result.square());
        writeSnapshots(directory.resolve("figure6.csv"), EvolutionStrip.chosen(result.aligned().snapshots()));
    }

    /** Writes the curves; steps without an NLL have NaN. */
    private static void writeCurves(Path file, AlignedLatents aligned) throws IOException {
        double[] losses = aligned.losses();
        double[] steps = IntStream.rangeClosed(1, losses.length).asDoubleStream().toArray();
        double[] likelihoods = IntStream.range(0, losses.length)
                .mapToDouble(i -> i % aligned.likelihoodEvery() == 0 ? aligned.likelihoods()[i] : Double.NaN).toArray();
        Csv.write(file, List.of("step", "alignment_loss", "alignment_loss_smoothed", "nll"), steps, losses,
                CurvesPanel.smoothed(losses, WINDOW), likelihoods);
    }

    private static void writeSnapshots(Path file, List<AlignedLatents.Snapshot> snapshots) throws IOException {
        List<PointCloud> clouds = snapshots.stream().map(EvolutionStrip::latents).toList();
        double[] steps = snapshots.stream()
                .flatMapToDouble(s -> DoubleStream.generate(s::step).limit(s.points().length / 2)).toArray();
        Csv.write(file, List.of("step", "y1", "y2"), steps,
                clouds.stream().flatMapToDouble(cloud -> Arrays.stream(cloud.x())).toArray(),
                clouds.stream().flatMapToDouble(cloud -> Arrays.stream(cloud.y())).toArray());
    }

    private static void writeGrid(Path file, String name, ToyResult.Grid grid) throws IOException {
        int columns = grid.x().length;
        int points = columns * grid.y().length;
        Csv.write(file, List.of("y1", "y2", name),
                IntStream.range(0, points).mapToDouble(i -> grid.x()[i % columns]).toArray(),
                IntStream.range(0, points).mapToDouble(i -> grid.y()[i / columns]).toArray(),
                Arrays.stream(grid.values()).flatMapToDouble(Arrays::stream).toArray());
    }
}
