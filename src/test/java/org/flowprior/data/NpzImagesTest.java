package org.flowprior.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Npz;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@InScope
class NpzImagesTest {

    @TempDir
    private Path directory;

    // np.load("images.npz")["arr_0"][7, 0, :2], see tools/oracle/evaluate.py
    @Test
    void anImageIsItsRowOfTheArray() throws IOException {
        Path file = Path.of("src/test/resources/org/flowprior/cli/evaluate/images.npz");
        try (ImageSource images = ImageSource.open(file)) {
            assertThat(images).isInstanceOf(NpzImages.class);
            assertThat(images.size()).isEqualTo(30);
            assertThat(images.classes()).containsExactly("");
            assertThat(images.name(7)).isEqualTo("images.npz[7]");
            RgbImage image = images.image(7);
            assertThat(image.width()).isEqualTo(12);
            assertThat(image.height()).isEqualTo(12);
            assertThat(image.pixels()).startsWith(-126, 83, -87, 124, 93, -128);
        }
    }

    @Test
    void otherArraysAreRefused() {
        Path file = directory.resolve("floats.npz");
        Npz.write(file, Map.of("arr_0", Torch.zeros(2, 4, 4, 3)));
        assertThatThrownBy(() -> ImageSource.open(file)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(file + ": 'arr_0' must hold images, uint8 [N, H, W, 3] or [N, H, W], not float32 "
                        + "[2, 4, 4, 3]");
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 4})
    void greyImagesHaveTheirValueInAllChannels(long dimensions) throws IOException {
        Path file = directory.resolve("grey.npz");
        Tensor grey = Torch.arange(2 * 3 * 5).to(DType.UINT8).reshape(2, 3, 5);
        Npz.write(file, Map.of("arr_0", dimensions == 3 ? grey : grey.unsqueeze(3)));
        try (ImageSource images = ImageSource.open(file)) {
            RgbImage image = images.image(1);
            assertThat(image.width()).isEqualTo(5);
            assertThat(image.height()).isEqualTo(3);
            assertThat(image.pixels()).startsWith(15, 15, 15, 16, 16, 16).endsWith(28, 29, 29, 29);
        }
    }
}
