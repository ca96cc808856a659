package org.flowprior.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The transformer with timm's and Meta's weights against timm's numbers, of {@code tools/oracle/vision.py}. */
class VisionTransformerPyTorchTest {

    private static final double TOLERANCE = 2e-5;

    record Weight(String key, long[] shape) {}

    record Case(String name, long seed, String mlp, int registers, boolean layerScale, int hidden, Weight[] weights,
            long parameters, String[] keys, Recorded.Summary positions, Recorded.Summary kernel,
            Recorded.Summary embedded, Recorded.Summary firstBlock, Recorded.Summary result,
            Recorded.Summary features, Recorded.Summary gradientOfImages, Recorded.Summary gradientOfExtra,
            Map<String, Double> gradientNorms, Map<String, Double> gradientSums) {

        VisionTransformerConfig config() {
            return new VisionTransformerConfig(32, 8, 48, 2, 3, hidden, MlpType.valueOf(mlp.toUpperCase(Locale.ROOT)),
                    registers, layerScale);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Arrays.stream((Case[]) Recorded.read("transformer.json", Case[].class));
    }

    static Stream<Case> checkpointed() {
        return cases().filter(c -> c.name().equals("registers") || c.name().equals("swiglu"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void publishedWeightsGiveTimmsTokensAndGradients(Case expected) {
        compare(expected, false);
    }

    @ParameterizedTest
    @MethodSource("checkpointed")
    void checkpointingChangesNoNumber(Case expected) {
        compare(expected, true);
    }

    private static void compare(Case expected, boolean checkpointing) {
        try (Scope scope = Scope.open(); Generator generator = Generator.seeded(expected.seed());
                VisionTransformer network = new VisionTransformer(expected.config())) {
            network.gradCheckpointing(checkpointing);
            Map<String, Tensor> weights = new LinkedHashMap<>();
            for (Weight weight : expected.weights()) {
                weights.put(weight.key(), Recorded.draw(weight.key(), weight.shape(), generator));
            }
            VisionTransformerWeights.of(expected.name(), weights).loadInto(network);
            Tensor images = Torch.randn(new long[] {2, 3, 32, 32}, generator).requiresGrad_(true);
            Tensor extra = Torch.randn(new long[] {1, 3, 48}, generator).requiresGrad_(true);

            assertThat(network.stateDict().keySet()).containsExactly(expected.keys());
            assertThat(network.parameterCount()).isEqualTo(expected.parameters());
            assertThat(network.config().parameterCount()).isEqualTo(expected.parameters());
            expected.positions().assertIs("positions", network.stateDict().get("pos_embed"), TOLERANCE);
            expected.kernel().assertIs("kernel", network.stateDict().get("patch_embed.proj.weight"), TOLERANCE);

            Tensor embedded = Torch.cat(List.of(network.embed(images), extra.expand(2, -1, -1)), 1);
            List<Tensor> outputs = network.intermediates(embedded, 0, 1);
            Tensor result = network.normalize(outputs.getLast());
            expected.embedded().assertIs("embedded", embedded, TOLERANCE);
            expected.firstBlock().assertIs("first block", outputs.getFirst(), TOLERANCE);
            expected.result().assertIs("result", result, TOLERANCE);
            expected.features().assertIs("features", network.features(images), TOLERANCE);

            result.mul(Torch.randn(result.shape(), generator)).sum().backward();
            expected.gradientOfImages().assertIs("gradient of images", images.grad(), TOLERANCE);
            expected.gradientOfExtra().assertIs("gradient of extra", extra.grad(), TOLERANCE);
            network.namedParameters().forEach((key, parameter) -> {
                Tensor gradient = parameter.grad().to(DType.FLOAT64);
                double norm = expected.gradientNorms().get(key);
                assertThat(gradient.norm().item()).as(key).isCloseTo(norm, within(TOLERANCE * norm));
                assertThat(gradient.sum().item()).as(key).isCloseTo(expected.gradientSums().get(key),
                        within(TOLERANCE * norm * Math.sqrt(gradient.numel())));
            });
        }
    }
}
