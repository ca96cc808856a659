package org.flowprior.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** What {@code tools/oracle/vision.py} wrote, and how the tests compare with it. */
final class Recorded {

    /** Every so many elements of a tensor, its sum and its norm. */
    record Summary(int step, double[] elements, double sum, double norm) {

        /** Elements within the tolerance of the largest. */
        void assertIs(String name, Tensor tensor, double tolerance) {
            try (Scope scope = Scope.open()) {
                Tensor wide = tensor.detach().to(DType.FLOAT64).flatten();
                assertClose(name, wide.slice(0, null, null, step).toDoubleArray(), elements, tolerance);
                assertThat(wide.norm().item()).as(name).isCloseTo(norm, within(tolerance * norm));
                assertThat(wide.sum().item()).as(name)
                        .isCloseTo(sum, within(tolerance * norm * Math.sqrt(wide.numel())));
            }
        }
    }

    private Recorded() {}

    static <T> T read(String name, Type type) {
        try (Reader reader = new InputStreamReader(Recorded.class.getResourceAsStream(name), StandardCharsets.UTF_8)) {
            return new Gson().fromJson(reader, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void assertClose(String name, double[] actual, double[] expected, double tolerance) {
        assertThat(actual).as(name).hasSameSizeAs(expected);
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as(name + " at " + i).isCloseTo(expected[i], within(tolerance * largest));
        }
    }

    /** The script's {@code draw}. */
    static Tensor draw(String key, long[] shape, Generator generator) {
        Tensor values = Torch.empty(shape).normal_(0, 1, generator);
        if (key.endsWith("gamma")) {
            return values.mul_(0.3);
        }
        if (key.contains("norm") && key.endsWith("weight")) {
            return values.mul_(0.1).add_(1);
        }
        if (key.endsWith("weight")) {
            long fanIn = Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b);
            return values.div_(Math.sqrt(fanIn));
        }
        return values.mul_(key.endsWith("bias") ? 0.1 : 0.5);
    }
}
