package org.flowprior.plot;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.flowprior.train.toy.AlignedLatents;
import org.flowprior.train.toy.ToyResult;

/** The numbers behind a toy run's figures, as CSV. */
final class ToyTables {

    private ToyTables() {}

    static void write(Path directory, ToyResult result, PointCloud data, PointCloud latents) throws IOException {
        AlignedLatents aligned = result.aligned();
        Csv.write(directory.resolve("figure3-data.csv"), List.of("y1", "y2"), data.x(), data.y());
        Csv.write(directory.resolve("figure3-latents.csv"), List.of("y1", "y2"), latents.x(), latents.y());
        writeGrid(directory.resolve("figure3a.csv"), "nll", result.likelihood());
        writeGrid(directory.resolve("figure3b.csv"), "alignment_loss", result.landscape());
        writeCurves(directory.resolve("figure3c.csv"), aligned);
        writeGrid(directory.resolve("figure6-nll.csv"), "nll", result.square());
        writeSnapshots(directory.resolve("figure6.csv"), EvolutionStrip.chosen(aligned.snapshots()));
    }

    /** Where the NLL was not evaluated the table has NaN. */
    private static void writeCurves(Path file, AlignedLatents aligned) throws IOException {
        double[] losses = aligned.losses();
        double[] steps = new double[losses.length];
        double[] likelihoods = new double[losses.length];
        for (int i = 0; i < losses.length; i++) {
            steps[i] = i + 1;
            likelihoods[i] = i % aligned.likelihoodEvery() == 0 ? aligned.likelihoods()[i] : Double.NaN;
        }
        Csv.write(file, List.of("step", "alignment_loss", "alignment_loss_smoothed", "nll"), steps, losses,
                CurvesPanel.smoothed(losses, ToyFigures.WINDOW), likelihoods);
    }

    private static void writeSnapshots(Path file, List<AlignedLatents.Snapshot> snapshots) throws IOException {
        int rows = snapshots.stream().mapToInt(s -> s.points().length / 2).sum();
        double[][] table = new double[3][rows];
        int row = 0;
        for (AlignedLatents.Snapshot snapshot : snapshots) {
            int count = snapshot.points().length / 2;
            Arrays.fill(table[0], row, row + count, snapshot.step());
            for (int i = 0; i < count; i++, row++) {
                table[1][row] = snapshot.points()[2 * i];
                table[2][row] = snapshot.points()[2 * i + 1];
            }
        }
        Csv.write(file, List.of("step", "y1", "y2"), table);
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
}
