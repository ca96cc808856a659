package org.flowprior.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.Test;

@InScope
class PixelsTest {

    private static Tensor allLevels() {
        return Tensor.of(IntStream.range(0, 256).toArray(), 256).to(DType.UINT8);
    }

    @Test
    void bothRoundingsTakeValuesBackToTheirLevels() {
        byte[] expected = allLevels().toByteArray();
        assertThat(Pixels.levels(Pixels.values(allLevels())).toByteArray()).isEqualTo(expected);
        assertThat(Pixels.sampleLevels(Pixels.values(allLevels())).toByteArray()).isEqualTo(expected);
    }

    @Test
    void halvesGoUpInEvaluationAndToTheEvenLevelInSamples() {
        Tensor halves = Tensor.of(new float[] {0, 0.25f, -1 + 1 / 255f, Float.NaN, -7, 7}, 6); // 127.5, 159.375, 0.5
        assertThat(Pixels.levels(halves).toByteArray()).containsExactly(128, 159, 1, 0, 0, 255);
        assertThat(Pixels.sampleLevels(halves).toByteArray()).containsExactly(128, 159, 0, 0, 0, 255);
        Tensor low = Tensor.of(new float[] {-1 + 5 / 255f, -1 + 9 / 255f}, 2); // 2.5, 4.5
        assertThat(Pixels.levels(low).toByteArray()).containsExactly(3, 5);
        assertThat(Pixels.sampleLevels(low).toByteArray()).containsExactly(2, 4);
    }

    @Test
    void valuesOfFloatLevelsAreThoseOfBytes() {
        assertThat(Pixels.values(allLevels().to(DType.FLOAT32)).toFloatArray())
                .isEqualTo(Pixels.values(allLevels()).toFloatArray());
    }
}
