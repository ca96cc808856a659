package org.flowprior.plot;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.flowprior.train.ToyResult;

/**
 * Figure 3 of the paper from a toy run: its panels one by one and side by side, and the numbers behind each as CSV.
 *
 * <p>(a) shows the NLL of the raw variable, as the official code's; (b) the squared norm of Eq. 5, as its landscape;
 * (c) the mean over channels that the optimisation minimises, half of the squared norm, as its curve.
 */
public final class ToyFigures {

    /** Steps over which the loss is smoothed. */
    public static final int WINDOW = 17;
    private static final double NLL_TICKS = 30;

    private ToyFigures() {}

    /**
     * Writes {@code figure3.png}, {@code figure3a.png} and so on, and the tables, into the directory.
     *
     * @return the path of {@code figure3.png}
     */
    public static Path write(Path directory, ToyResult result) throws IOException {
        PointCloud data = PointCloud.of("data", PointCloud.Look.DATA, result.data());
        PointCloud latents = PointCloud.of("latents", PointCloud.Look.LATENTS, result.latents());
        writeTables(directory, result, data, latents);
        BufferedImage a = Figure.draw(HeatMapPanel.of("(a) latents on the NLL of the data", map(result.likelihood()),
                "−log p", NLL_TICKS, List.of(data, latents)));
        BufferedImage b = Figure.draw(HeatMapPanel.of("(b) landscape of the alignment loss", map(result.landscape()),
                "alignment loss", 0, List.of(data)));
        BufferedImage c = Figure.draw(CurvesPanel.of("(c) latents during the optimisation", "step", steps(result),
                "alignment loss", CurvesPanel.smoothed(result.losses(), WINDOW), "NLL", result.likelihoods()));
        Figure.write(directory.resolve("figure3a.png"), a);
        Figure.write(directory.resolve("figure3b.png"), b);
        Figure.write(directory.resolve("figure3c.png"), c);
        Path all = directory.resolve("figure3.png");
        Figure.write(all, a, b, c);
        return all;
    }

    private static void writeTables(Path directory, ToyResult result, PointCloud data, PointCloud latents)
            throws IOException {
        Csv.write(directory.resolve("figure3-data.csv"), List.of("y1", "y2"), data.x(), data.y());
        Csv.write(directory.resolve("figure3-latents.csv"), List.of("y1", "y2"), latents.x(), latents.y());
        writeGrid(directory.resolve("figure3a.csv"), "nll", result.likelihood());
        writeGrid(directory.resolve("figure3b.csv"), "alignment_loss", result.landscape());
        Csv.write(directory.resolve("figure3c.csv"), List.of("step", "alignment_loss", "alignment_loss_smoothed", "nll"),
                steps(result), result.losses(), CurvesPanel.smoothed(result.losses(), WINDOW), result.likelihoods());
    }

    private static void writeGrid(Path file, String name, ToyResult.Grid grid) throws IOException {
        int columns = grid.x().length;
        double[][] table = new double[3][columns * grid.y().length];
        for (int i = 0; i < table[0].length; i++) {
            table[0][i] = grid.x()[i % columns];
            table[1][i] = grid.y()[i / columns];
            table[2][i] = grid.values()[i / columns][i % columns];
        }
        Csv.write(file, List.of("y1", "y2", name), table);
    }

    private static HeatMap map(ToyResult.Grid grid) {
        return new HeatMap(grid.x(), grid.y(), grid.values());
    }

    private static double[] steps(ToyResult result) {
        double[] steps = new double[result.losses().length];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = i + 1;
        }
        return steps;
    }
}
