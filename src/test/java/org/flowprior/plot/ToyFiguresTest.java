package org.flowprior.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.flowprior.train.ToyResult;
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

    private static ToyResult result() {
        ToyResult.Grid grid = new ToyResult.Grid(new double[] {-2, 0, 2}, new double[] {-1, 1},
                new double[][] {{0, 1, 2}, {3, 4, 100}});
        return new ToyResult(2.14, new double[] {0.5, 0.25, -1, 0.75}, new double[] {1, 0, -1, 0.5, 0, -0.5}, grid, grid,
                new double[] {2, 1.5, 1.25}, new double[] {17, 9, 1.0 / 3}, 1, new long[] {2, 0, 0, 0, 0}, 1.6, 2.04, 1.3,
                1.2755, 10);
    }

    @Test
    void panelsAreFourByThreeInchesAtThreeHundredDots() throws IOException {
        Path all = ToyFigures.write(directory, result());
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
    void theNumbersBehindThePanelsAreThere() throws IOException {
        ToyFigures.write(directory, result());
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
