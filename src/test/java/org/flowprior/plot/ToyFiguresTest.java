package org.flowprior.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.flowprior.flow.TimeWeighting;
import org.flowprior.target.ToyTarget;
import org.flowprior.train.toy.AlignedLatents;
import org.flowprior.train.toy.ToyResult;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToyFiguresTest {

    @TempDir
    private Path directory;

    @BeforeAll
    static void drawWithoutADisplay() {
        System.setProperty("java.awt.headless", "true");
        BundledFont.use();
    }

    private static ToyResult result(int every) {
        ToyResult.Grid grid = new ToyResult.Grid(new double[] {-2, 0, 2}, new double[] {-1, 1},
                new double[][] {{0, 1, 2}, {3, 4, 100}});
        AlignedLatents aligned = new AlignedLatents(TimeWeighting.UNIFORM, new double[] {0.5, 0.25, -1, 0.75},
                new double[] {2, 1.5, 1.25}, new double[] {17, 9, 1.0 / 3}, every, List.of(
                        new AlignedLatents.Snapshot(1, new float[] {0, 0, -9, 0}),
                        new AlignedLatents.Snapshot(3, new float[] {0.5f, 0.25f, -1, 0.75f})));
        return new ToyResult(ToyTarget.GAUSSIAN, "raw", 2.14, aligned, new double[] {1, 0, -1, 0.5, 0, -0.5}, grid,
                grid,
                grid, 1, new long[] {2, 0, 0, 0, 0}, 1.6, 2.04, 1.3, 1.2755, 10, Optional.empty());
    }

    @Test
    void panelsAreFourByThreeInchesAtThreeHundredDots() throws IOException {
        Path all = ToyFigures.write(directory, result(1));
        assertThat(all).hasFileName("figure3.png");
        BufferedImage image = ImageIO.read(all.toFile());
        assertThat(List.of(image.getWidth(), image.getHeight())).containsExactly(3600, 900);
        for (String panel : List.of("figure3a.png", "figure3b.png", "figure3c.png")) {
            image = ImageIO.read(directory.resolve(panel).toFile());
            assertThat(List.of(image.getWidth(), image.getHeight())).containsExactly(1200, 900);
        }
        // pHYs: 300 dots an inch are 11811 a metre
        assertThat(Files.readAllBytes(all)).containsSequence('p', 'H', 'Y', 's', 0, 0, 0x2e, 0x23, 0, 0, 0x2e, 0x23, 1);
    }

    @Test
    void theNumbersOfThePanelsAreWritten() throws IOException {
        ToyFigures.write(directory, result(1));
        assertThat(directory.resolve("figure3a.csv")).hasContent("""
                y1,y2,nll
                -2,-1,0
                0,-1,1
                2,-1,2
                -2,1,3
                0,1,4
                2,1,100
                """);
        assertThat(directory.resolve("figure3b.csv")).content().startsWith("y1,y2,alignment_loss\n").hasLineCount(7);
        assertThat(directory.resolve("figure3c.csv")).hasContent("""
                step,alignment_loss,alignment_loss_smoothed,nll
                1,2,2,17
                2,1.5,1.58333333,9
                3,1.25,1.25,0.333333333
                """);
        assertThat(directory.resolve("figure3-latents.csv")).hasContent("y1,y2\n0.5,0.25\n-1,0.75\n");
        assertThat(directory.resolve("figure3-data.csv")).hasContent("y1,y2\n1,0\n-1,0.5\n0,-0.5\n");
    }

    @Test
    void stepsWithoutAnNllOfTheirOwnHaveNoneInTheTable() throws IOException {
        ToyFigures.write(directory, result(2));
        assertThat(directory.resolve("figure3c.csv")).hasContent("""
                step,alignment_loss,alignment_loss_smoothed,nll
                1,2,2,17
                2,1.5,1.58333333,NaN
                3,1.25,1.25,0.333333333
                """);
    }

    /** The second latent of the first frame, at x = -9, lies outside the map. */
    @Test
    void theStripHasAFrameForEachSnapshotWithTheLatentsInIt() throws IOException {
        ToyFigures.write(directory, result(1));
        BufferedImage strip = ImageIO.read(directory.resolve("figure6.png").toFile());
        assertThat(List.of(strip.getWidth(), strip.getHeight())).containsExactly(2 * 465 + 15, 60 + 450 + 15);
        int middle = EvolutionStrip.HEADING + EvolutionStrip.SIDE / 2;
        assertThat(crimson(strip, EvolutionStrip.GAP + EvolutionStrip.SIDE / 2, middle)).isTrue();
        assertThat(crimson(strip, EvolutionStrip.GAP + 5, middle)).isFalse();
        int second = 2 * EvolutionStrip.GAP + EvolutionStrip.SIDE;
        assertThat(crimson(strip, second + EvolutionStrip.SIDE / 2, middle)).isFalse();
        assertThat(crimson(strip, second + EvolutionStrip.SIDE / 4, EvolutionStrip.HEADING + EvolutionStrip.SIDE / 8))
                .isTrue();
        assertThat(directory.resolve("figure6.csv")).hasContent("""
                step,y1,y2
                1,0,0
                1,-9,0
                3,0.5,0.25
                3,-1,0.75
                """);
        assertThat(directory.resolve("figure6-nll.csv")).content().startsWith("y1,y2,nll\n-2,-1,0\n").hasLineCount(7);
    }

    private static boolean crimson(BufferedImage image, int x, int y) {
        Color color = new Color(image.getRGB(x, y));
        return color.getRed() > color.getGreen() + 40 && color.getRed() > color.getBlue() + 40;
    }

    /** numpy.linspace(0, 20, 10).astype(int) */
    @Test
    void tenOfTwentyOneSnapshotsAreShown() {
        List<AlignedLatents.Snapshot> all = IntStream.range(0, 21).mapToObj(i -> new AlignedLatents.Snapshot(i,
                new float[0])).toList();
        assertThat(EvolutionStrip.chosen(all)).extracting(AlignedLatents.Snapshot::step)
                .containsExactly(0L, 2L, 4L, 6L, 8L, 11L, 13L, 15L, 17L, 20L);
    }

    @Test
    void picturesStandBelowEachOtherWithTheirNamesOnTheLeft() throws IOException {
        ToyFigures.write(directory, result(1));
        Map<String, Path> rows = new LinkedHashMap<>();
        rows.put("upper", directory.resolve("figure3a.png"));
        rows.put("lower", directory.resolve("figure3b.png"));
        Path file = directory.resolve("stack.png");
        FigureColumn.write(file, rows);
        BufferedImage stack = ImageIO.read(file.toFile());
        BufferedImage upper = ImageIO.read(directory.resolve("figure3a.png").toFile());
        assertThat(List.of(stack.getWidth(), stack.getHeight())).containsExactly(1200 + FigureColumn.MARGIN, 1800);
        assertThat(stack.getRGB(FigureColumn.MARGIN + 400, 300)).isEqualTo(upper.getRGB(400, 300));
        for (int row = 0; row < 2; row++) {
            int[] margin = stack.getRGB(0, 900 * row, FigureColumn.MARGIN, 900, null, 0, FigureColumn.MARGIN);
            assertThat(IntStream.of(margin).distinct().count()).isGreaterThan(2);
        }
    }

    /** numpy.convolve(x, numpy.ones(17) / 17, 'valid')[0] of x = arange(40)**2 is 88. */
    @Test
    void smoothingIsTheBoxWhereItFits() {
        double[] squares = new double[40];
        for (int i = 0; i < squares.length; i++) {
            squares[i] = i * i;
        }
        double[] smoothed = CurvesPanel.smoothed(squares, 17);
        assertThat(smoothed).hasSize(40);
        assertThat(smoothed[8]).isCloseTo(88, within(1e-9));
        assertThat(smoothed[0]).isEqualTo(0);
        assertThat(smoothed[1]).isCloseTo(5.0 / 3, within(1e-12));
    }

    @Test
    void columnsOfDifferentLengthsAreRefused() {
        assertThatThrownBy(() -> Csv.write(directory.resolve("a.csv"), List.of("a", "b"), new double[1], new double[2]))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("columns of 1 and 2 rows");
        assertThat(directory.resolve("a.csv")).doesNotExist();
    }
}
