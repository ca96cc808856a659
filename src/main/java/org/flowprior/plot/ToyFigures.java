package org.flowprior.plot;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.flowprior.train.toy.AlignedLatents;
import org.flowprior.train.toy.ToyResult;

/**
 * Figures 3 and 6 of the paper from a toy run, the first also as single panels, and the numbers behind each as CSV.
 *
 * <p>Of Figure 3, (a) shows the NLL that the config names, by default of the raw variable; (b) the squared norm of Eq.
 * 5, as the official landscape; (c) the mean over channels that the optimisation minimises, half of the squared norm,
 * as the official curve.
 */
public final class ToyFigures {

    /** Steps over which the loss is smoothed. */
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
        ToyTables.write(directory, result, data, latents);
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

    /** The official ticks of 30, 60 and 90 where the values have room for some of them but not for many. */
    private static double ticks(HeatMap nll) {
        return nll.maximum() >= 2 * NLL_TICKS && nll.maximum() <= 8 * NLL_TICKS ? NLL_TICKS : 0;
    }

    private static HeatMap map(ToyResult.Grid grid) {
        return new HeatMap(grid.x(), grid.y(), grid.values());
    }
}
