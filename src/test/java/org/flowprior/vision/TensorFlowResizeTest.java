package org.flowprior.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.flowprior.fixtures.InceptionFill;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

/** Examples of the specification's E.2 and J.3, and the resampling written out pixel by pixel. */
@InScope
class TensorFlowResizeTest {

    @Test
    void twoRowsOfThreeBecomeFourOfFive() {
        Tensor image = Tensor.of(new long[] {0, 10, 20, 30, 40, 50}, 1, 1, 2, 3).to(DType.UINT8);
        Tensor resized = TensorFlowResize.bilinear(image, 4, 5);
        assertThat(resized.dtype()).isEqualTo(DType.FLOAT32);
        assertThat(resized.toDoubleArray()).containsExactly(new double[] {
            0, 6, 12, 18, 20, 15, 21, 27, 33, 35, 30, 36, 42, 48, 50, 30, 36, 42, 48, 50}, within(2e-5));
    }

    @Test
    void theGoldenImagesBecomeThoseOfTheNetwork() {
        Tensor resized = TensorFlowResize.bilinear(InceptionFill.images(), 299, 299);
        assertThat(resized.shape()).containsExactly(2, 3, 299, 299);
        assertThat(resized.get(0, 0, 0).narrow(0, 0, 6).toDoubleArray()).containsExactly(
                new double[] {0, 2.354515, 4.70903, 7.063545, 9.41806, 11.77257}, within(1e-5));
        assertThat(resized.to(DType.FLOAT64).sum().item()).isCloseTo(68486643.4, within(1.0));
    }

    /** Not by the rule of the class under test, which makes columns first for whole images. */
    private static double pixel(double[] image, int height, int width, double y, double x) {
        int top = (int) y;
        int left = (int) x;
        int bottom = Math.min(top + 1, height - 1);
        int right = Math.min(left + 1, width - 1);
        return image[top * width + left] * (1 - (y - top)) * (1 - (x - left))
                + image[top * width + right] * (1 - (y - top)) * (x - left)
                + image[bottom * width + left] * (y - top) * (1 - (x - left))
                + image[bottom * width + right] * (y - top) * (x - left);
    }

    @Test
    void everyPixelIsBetweenItsFourNeighboursWhetherItGrowsOrShrinks() {
        Random random = new Random(5);
        for (int[] size : new int[][] {{7, 5, 3, 2}, {3, 9, 8, 4}, {1, 1, 3, 3}, {6, 6, 6, 6}}) {
            double[] image = random.doubles((long) size[0] * size[1]).toArray();
            double[] resized = TensorFlowResize.bilinear(Tensor.of(image, 1, 1, size[0], size[1]), size[2], size[3])
                    .toDoubleArray();
            for (int i = 0; i < size[2]; i++) {
                for (int j = 0; j < size[3]; j++) {
                    double expected = pixel(image, size[0], size[1], (double) i * size[0] / size[2],
                            (double) j * size[1] / size[3]);
                    assertThat(resized[i * size[3] + j]).isCloseTo(expected, within(1e-6));
                }
            }
        }
    }

    @Test
    void otherThanImagesIsRefused() {
        try (Scope scope = Scope.open()) {
            assertThatThrownBy(() -> TensorFlowResize.bilinear(Torch.zeros(3, 4, 4), 2, 2))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[B, C, H, W]");
            assertThatThrownBy(() -> TensorFlowResize.bilinear(Torch.zeros(new long[] {1, 3, 4, 4}, DType.INT64), 2, 2))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("uint8 or floating point");
            assertThatThrownBy(() -> TensorFlowResize.bilinear(Torch.zeros(1, 3, 4, 4), 0, 2))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("0 x 2 pixels");
            Tensor image = Torch.zeros(1, 3, 4, 4);
            long before = Memory.liveTensors();
            TensorFlowResize.bilinear(image, 5, 3);
            assertThat(Memory.liveTensors()).isEqualTo(before + 1);
        }
    }
}
