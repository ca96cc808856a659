package org.flowprior.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import javax.imageio.ImageIO;
import org.flowprior.config.RequestException;
import org.flowprior.train.autoencoder.AlignmentSeries;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Figure4Test {

    private static final double[] STEPS = {100, 200, 300, 400};
    private static final double[] ALIGNMENT = {2, 1.5, 1.25, 1.375};
    private static final Figure4.Series VAE = new Figure4.Series("VAE", new AlignmentSeries(STEPS, ALIGNMENT,
            new double[] {0.5, 0.25, 0, -0.125}, 5, 4096));
    private static final Figure4.Series QWEN = new Figure4.Series("Qwen, \"0.5B\"", new AlignmentSeries(STEPS,
            ALIGNMENT, new double[] {1, 1, 1, 1}, 10, 10_000));

    @TempDir
    private Path directory;

    @BeforeAll
    static void drawWithoutADisplay() {
        System.setProperty("java.awt.headless", "true");
        BundledFont.use();
    }

    /** scipy.stats.pearsonr([2, 1.5, 1.25, 1.375], [.5, .25, 0, -.125]), and spearmanr of the same. */
    @Test
    void theCorrelationsAreThoseOfTheTwoSeries() {
        assertThat(VAE.pearson()).isCloseTo(0.9002756367784495, within(1e-12));
        assertThat(VAE.spearman()).isCloseTo(0.8, within(1e-12));
        assertThat(QWEN.pearson()).isNaN();
    }

    @Test
    void thePanelsStandSideBySideAndAlone() throws IOException {
        Path all = Figure4.write(directory.resolve("made/here"), List.of(VAE, QWEN));
        assertThat(all).isEqualTo(directory.resolve("made/here/figure4.png"));
        BufferedImage image = ImageIO.read(all.toFile());
        assertThat(List.of(image.getWidth(), image.getHeight())).containsExactly(2400, 900);
        BufferedImage second = ImageIO.read(all.resolveSibling("figure4b.png").toFile());
        assertThat(image.getRGB(1200, 0, 1200, 900, null, 0, 1200))
                .isEqualTo(second.getRGB(0, 0, 1200, 900, null, 0, 1200));
    }

    @Test
    void bothCurvesAreDrawn() throws IOException {
        Figure4.write(directory, List.of(VAE));
        BufferedImage panel = ImageIO.read(directory.resolve("figure4a.png").toFile());
        assertThat(pixels(panel, color -> color.getBlue() > 180 && color.getRed() < 110)).isGreaterThan(2000);
        assertThat(pixels(panel, color -> color.getRed() > 180 && color.getBlue() < 110)).isGreaterThan(1000);
    }

    private static int pixels(BufferedImage image, Predicate<Color> wanted) {
        int count = 0;
        for (int x = 250; x < 950; x++) {
            for (int y = 150; y < 600; y++) {
                count += wanted.test(new Color(image.getRGB(x, y))) ? 1 : 0;
            }
        }
        return count;
    }

    @Test
    void theNumbersAreThere() throws IOException {
        Figure4.write(directory, List.of(VAE, QWEN));
        assertThat(directory.resolve("figure4a.csv")).hasContent("""
                step,alignment_loss,mean_log_distance
                100,2,0.5
                200,1.5,0.25
                300,1.25,0
                400,1.375,-0.125
                """);
        assertThat(directory.resolve("figure4b.csv")).content().startsWith("step,alignment_loss,mean_log_distance\n")
                .hasLineCount(5);
        assertThat(directory.resolve("figure4-correlation.csv")).hasContent("""
                prior,evaluations,points,k,pearson,spearman
                VAE,4,4096,5,0.900275637,0.8
                "Qwen, ""0.5B""\",4,10000,10,NaN,NaN
                """);
    }

    @Test
    void aRunDirectoryIsRead() throws IOException {
        Files.writeString(directory.resolve("metrics.jsonl"), """
                {"step":1,"phase":"evaluation","alignment":2.5,"meanLogDistance":0.5,"k":5.0,"points":64.0}
                {"step":2,"phase":"evaluation","alignment":2,"meanLogDistance":0.25,"k":5.0,"points":64.0}
                """);
        Figure4.Series series = Figure4.Series.read("DINO", directory);
        assertThat(series.title()).isEqualTo("DINO");
        assertThat(series.pearson()).isCloseTo(1, within(1e-12));
        assertThatThrownBy(() -> Figure4.Series.read("VQ", directory.resolve("nowhere")))
                .isInstanceOf(RequestException.class).hasMessageStartingWith("no such file: ");
    }

    @Test
    void aFigureWithoutPanelsIsRefused() {
        assertThatThrownBy(() -> Figure4.write(directory, List.of())).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Figure 4 has 1 to 26 panels, not 0");
        assertThat(directory).isEmptyDirectory();
    }
}
