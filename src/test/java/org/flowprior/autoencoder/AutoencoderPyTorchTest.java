package org.flowprior.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.flowprior.fixtures.Recorded;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tiny autoencoders of every kind against PyTorch's numbers and gradients, of {@code tools/oracle/autoencoder.py}. */
@InScope
class AutoencoderPyTorchTest {

    private static final double TOLERANCE = 1e-8;

    static Stream<AutoencoderCases.Case> cases() {
        return Arrays.stream(AutoencoderCases.all());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyKindGivesPyTorchsNumbersAndGradients(AutoencoderCases.Case expected) {
        compare(expected, false);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void checkpointingChangesNoNumber(AutoencoderCases.Case expected) {
        compare(expected, true);
    }

    private static void compare(AutoencoderCases.Case expected, boolean checkpointing) {
        try (Generator generator = Generator.seeded(expected.seed());
                Autoencoder autoencoder = expected.autoencoder(generator)) {
            autoencoder.gradCheckpointing(checkpointing).to(DType.FLOAT64);
            assertThat(autoencoder.stateDict().keySet()).containsExactly(expected.keys());
            assertThat(autoencoder.parameterCount()).isEqualTo(expected.parameters());
            assertThat(autoencoder.config().parameterCount()).isEqualTo(expected.parameters());
            Tensor images = Torch.randn(new long[] {2, 3, 32, 32}, generator).to(DType.FLOAT64).requiresGrad_(true);

            Autoencoder.Output output = autoencoder.forward(images, draws(expected, generator));
            assertLosses(autoencoder, output, expected);
            Recorded.assertClose("latents", output.latents(), expected.latents(), TOLERANCE);
            expected.reconstruction().assertIs("reconstruction", output.reconstruction(), TOLERANCE);
            if (expected.codes() != null) {
                assertThat(output.codes().flatten().toLongArray()).containsExactly(expected.codes());
                assertUsage(autoencoder, expected.used());
            } else {
                assertThat(output.codes()).isNull();
            }

            Tensor weights = Torch.randn(output.reconstruction().shape(), generator).to(DType.FLOAT64);
            Tensor total = output.reconstruction().mul(weights).sum();
            for (Tensor loss : output.losses().values()) {
                total = total.add(loss.mul(100));
            }
            total.backward();
            expected.gradientOfImages().assertIs("gradient of images", images.grad(), TOLERANCE);
            assertGradients(autoencoder, expected);
        }
    }

    /** In the script's order. */
    private static Autoencoder.Draws draws(AutoencoderCases.Case expected, Generator generator) {
        boolean random = expected.bottleneck().equals("kl");
        boolean shuffled = expected.repa() != null && expected.repa().align().equals("avg_1d_shuffle");
        return new Autoencoder.Draws(random ? Torch.randn(new long[] {2, 4, 6}, generator).to(DType.FLOAT64) : null,
                shuffled ? Torch.randperm(16, generator) : null);
    }

    private static void assertLosses(Autoencoder autoencoder, Autoencoder.Output output,
            AutoencoderCases.Case expected) {
        assertThat(output.losses().keySet()).containsExactlyElementsOf(expected.losses().keySet())
                .containsExactlyElementsOf(autoencoder.config().lossNames());
        expected.losses().forEach((name, loss) -> assertThat(output.losses().get(name).item()).as(name)
                .isCloseTo(loss, within(TOLERANCE * Math.max(Math.abs(loss), 1e-4))));
    }

    private static void assertUsage(Autoencoder autoencoder, long[]... used) {
        Tensor window = autoencoder.stateDict().get("quantize.codebook_used").view(used.length, Codebooks.WINDOW);
        for (int book = 0; book < used.length; book++) {
            long fresh = used[book].length;
            Tensor last = window.get(book).narrow(0, Codebooks.WINDOW - fresh, fresh);
            assertThat(last.to(DType.INT64).toLongArray()).containsExactly(used[book]);
            assertThat(window.get(book).narrow(0, 0, Codebooks.WINDOW - fresh).countNonzero().item()).isZero();
        }
    }

    private static void assertGradients(Autoencoder autoencoder, AutoencoderCases.Case expected) {
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        autoencoder.namedParameters().forEach((key, parameter) -> {
            if (parameter.grad() != null) {
                gradients.put(key, parameter.grad().to(DType.FLOAT64));
            }
        });
        assertThat(gradients.keySet()).containsExactlyElementsOf(expected.gradientNorms().keySet());
        gradients.forEach((key, gradient) -> {
            double norm = expected.gradientNorms().get(key);
            assertThat(gradient.norm().item()).as(key).isCloseTo(norm, within(TOLERANCE * Math.max(norm, 1e-3)));
            assertThat(gradient.sum().item()).as(key).isCloseTo(expected.gradientSums().get(key),
                    within(TOLERANCE * Math.max(norm, 1e-3) * Math.sqrt(gradient.numel())));
        });
    }
}
