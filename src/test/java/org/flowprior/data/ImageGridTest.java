package org.flowprior.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InScope
class ImageGridTest {

    private static final int WHITE = 0xffffff;

    @TempDir
    private Path directory;

    private static int colour(BufferedImage image, int x, int y) {
        return image.getRGB(x, y) & WHITE;
    }

    /** Image i is red with a blue left upper pixel, in that strength. */
    private static Tensor images(double... reds) {
        Tensor images = Torch.full(new long[] {reds.length, 3, 5, 4}, -1.0);
        for (int i = 0; i < reds.length; i++) {
            images.get(i, 0).fill_(reds[i]);
            images.get(i, 2, 0, 0).fill_(3);
        }
        return images;
    }

    @Test
    void rowsStandBelowEachOtherImageByImage() throws IOException {
        Path file = directory.resolve("grid.png");
        ImageGrid.write(file, 2, List.of(images(1, 0, -1), images(-0.5, 0.5, Double.NaN)));
        BufferedImage grid = ImageIO.read(file.toFile());
        // 2 columns of 4 and 3 gaps of 2; 2 blocks of 2 x 5 + 2, 8 between them, 2 around
        assertThat(new int[] {grid.getWidth(), grid.getHeight()}).containsExactly(14, 36);
        assertThat(colour(grid, 0, 0)).isEqualTo(WHITE);
        assertThat(colour(grid, 2, 2)).isEqualTo(0xff00ff);
        assertThat(colour(grid, 5, 6)).isEqualTo(0xff0000);
        assertThat(colour(grid, 6, 6)).isEqualTo(WHITE);
        assertThat(colour(grid, 8, 6)).isEqualTo(0x800000);
        assertThat(colour(grid, 8, 8)).isEqualTo(WHITE);
        assertThat(colour(grid, 5, 9)).isEqualTo(0x400000);
        assertThat(colour(grid, 11, 13)).isEqualTo(0xbf0000);
        assertThat(colour(grid, 5, 22)).isEqualTo(0);
        assertThat(colour(grid, 5, 29)).isEqualTo(0);
        assertThat(colour(grid, 11, 29)).isEqualTo(WHITE);
        assertThat(directory).isDirectoryNotContaining(path -> !path.equals(file));
    }

    @Test
    void oneRowOfFewImagesIsAsWideAsThey() throws IOException {
        Path file = directory.resolve("grid.png");
        ImageGrid.write(file, images(1, 1, 1));
        BufferedImage grid = ImageIO.read(file.toFile());
        assertThat(new int[] {grid.getWidth(), grid.getHeight()}).containsExactly(20, 9);
    }

    @Test
    void rowsOfOtherShapesAreRefused() {
        Path file = directory.resolve("grid.png");
        assertThatThrownBy(() -> ImageGrid.write(file, images(1), images(1, 2)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("of one shape");
        assertThatThrownBy(() -> ImageGrid.write(file)).isInstanceOf(IllegalArgumentException.class);
        assertThat(directory).isEmptyDirectory();
    }
}
