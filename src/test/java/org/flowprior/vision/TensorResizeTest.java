package org.flowprior.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.flowprior.fixtures.Recorded;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Resizing against PyTorch's and Pillow's numbers, which {@code tools/oracle/vision.py} wrote. */
@InScope
class TensorResizeTest {

    record Case(String kind, long seed, long[] shape, int[] size, double[] result, double[] gradient) {
        @Override
        public String toString() {
            return kind + " " + Arrays.toString(shape) + " to " + Arrays.toString(size);
        }
    }

    static Stream<Case> cases() {
        return Arrays.stream(Resources.json("vision/resize.json", Case[].class));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sizesChangeAsInPyTorchAndPillow(Case expected) {
        try (Generator generator = Generator.seeded(expected.seed())) {
            Tensor x = Torch.randn(expected.shape(), generator).requiresGrad_(true);
            Tensor y = TensorResize.valueOf(expected.kind().toUpperCase(Locale.ROOT))
                    .apply(x, expected.size()[0], expected.size()[1]);
            assertThat(y.shape()).containsExactly(expected.shape()[0], expected.shape()[1], expected.size()[0],
                    expected.size()[1]);
            Recorded.assertClose("result", y.toDoubleArray(), expected.result(), 2e-6);
            if (expected.gradient() != null) {
                y.mul(Torch.randn(y.shape(), generator)).sum().backward();
                Recorded.assertClose("gradient", x.grad().toDoubleArray(), expected.gradient(), 2e-6);
            }
        }
    }

    @Test
    void areaIsAdaptivePoolingOfAPhotographsSize() {
        try (Generator generator = Generator.seeded(7)) {
            Tensor x = Torch.randn(new long[] {2, 3, 256, 300}, generator);
            Tensor difference = TensorResize.AREA.apply(x, 224, 113).sub(Functional.adaptiveAvgPool2d(x, 224, 113));
            assertThat(difference.abs().max().item()).isLessThan(1e-6);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSameSizeGivesACopyWithTheSameValues(TensorResize kind) {
        try (Generator generator = Generator.seeded(7)) {
            Tensor x = Torch.randn(new long[] {3, 5, 4}, generator);
            Tensor y = kind.apply(x, 5, 4);
            assertThat(y.toFloatArray()).containsExactly(x.toFloatArray());
            assertThat(y.storageAddress()).isNotEqualTo(x.storageAddress());
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyRowOfAMatrixSumsToOne(TensorResize kind) {
        for (int[] sizes : new int[][] {{37, 16}, {16, 37}, {224, 7}, {1, 9}, {9, 1}, {500, 499}}) {
            double[] sums = kind.matrix(sizes[0], sizes[1]).sum(1).toDoubleArray();
            assertThat(sums).hasSize(sizes[1]);
            assertThat(Arrays.stream(sums)).allSatisfy(sum -> assertThat(sum).isCloseTo(1, within(1e-12)));
        }
    }

    @Test
    void autocastDoesNotRoundImages() {
        try (Generator generator = Generator.seeded(7)) {
            Tensor x = Torch.randn(new long[] {1, 3, 8, 8}, generator);
            Tensor expected = TensorResize.BICUBIC.apply(x, 5, 5);
            try (Autocast autocast = Autocast.on(Device.Type.CPU, DType.BFLOAT16)) {
                assertThat(TensorResize.BICUBIC.apply(x, 5, 5).toFloatArray()).containsExactly(expected.toFloatArray());
            }
        }
    }

    @Test
    void wholeNumbersAndEmptySizesAreRefused() {
        assertThatThrownBy(() -> TensorResize.BOX.apply(Torch.zeros(new long[] {3, 4, 4}, DType.UINT8), 2, 2))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("uint8");
        assertThatThrownBy(() -> TensorResize.BOX.apply(Torch.zeros(3, 4, 4), 0, 2))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("from 4 to 0");
    }

    @Test
    void normalisationTakesOutImageNetsMeanAndDeviation() {
        Tensor x = Torch.full(new long[] {2, 3, 1, 1}, 0.5).requiresGrad_(true);
        // ((0.5 + 1) / 2 - mean) / deviation
        Tensor y = ImageNetNormalization.apply(x);
        assertThat(y.toDoubleArray()).containsExactly(
                new double[] {1.157205, 1.3125, 1.528889, 1.157205, 1.3125, 1.528889}, within(1e-6));
        y.sum().backward();
        assertThat(x.grad().toDoubleArray()).containsExactly(
                new double[] {2.183406, 2.232143, 2.222222, 2.183406, 2.232143, 2.222222}, within(1e-6));
        assertThatThrownBy(() -> ImageNetNormalization.apply(Torch.zeros(2, 1, 4, 4)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[..., 3, H, W]");
    }
}
