package org.flowprior.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The network against PyTorch's numbers, which {@code tools/oracle/flow.py} wrote. */
class VelocityNetworkPyTorchTest {

    record RandomWeights(int channels, int condition, int depth, int width, int rows, long seed, double[] velocity,
            double[] gradientOfX, Map<String, Double> gradientNorms, Map<String, Double> gradientSums) {
        @Override
        public String toString() {
            return depth + " x " + width;
        }
    }

    record InitialWeights(int channels, int condition, int depth, int width, long seed, Map<String, double[]> first,
            Map<String, Double> sums) {
        @Override
        public String toString() {
            return depth + " x " + width;
        }
    }

    record Recorded(RandomWeights[] randomWeights, InitialWeights[] initialWeights) {}

    private static final Recorded RECORDED = read();

    private static Recorded read() {
        try (Reader reader = new InputStreamReader(
                VelocityNetworkPyTorchTest.class.getResourceAsStream("velocity-network.json"),
                StandardCharsets.UTF_8)) {
            return new Gson().fromJson(reader, Recorded.class);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static Stream<RandomWeights> randomWeights() {
        return Arrays.stream(RECORDED.randomWeights());
    }

    static Stream<InitialWeights> initialWeights() {
        return Arrays.stream(RECORDED.initialWeights());
    }

    @ParameterizedTest
    @MethodSource("randomWeights")
    void randomWeightsGiveTheSameVelocityAndGradients(RandomWeights expected) {
        try (Scope scope = Scope.open(); Generator generator = Generator.seeded(expected.seed());
                VelocityNetwork network = new VelocityNetwork(new VelocityNetwork.Config(expected.channels(),
                        expected.condition(), expected.depth(), expected.width()))) {
            network.requiresGrad_(false);
            network.stateDict().forEach((key, tensor) -> fill(key, tensor, generator));
            network.requiresGrad_(true);
            long[] shape = {expected.rows(), expected.channels()};
            Tensor x = Torch.randn(shape, generator).requiresGrad_(true);
            Tensor t = Torch.rand(new long[] {expected.rows()}, generator);
            Tensor c = expected.condition() == 0 ? null
                    : Torch.randn(new long[] {expected.rows(), expected.condition()}, generator);
            Tensor weight = Torch.randn(shape, generator);

            Tensor v = network.forward(x, t, c);
            v.mul(weight).sum().backward();

            assertClose(v.toDoubleArray(), expected.velocity());
            assertClose(x.grad().toDoubleArray(), expected.gradientOfX());
            network.namedParameters().forEach((key, parameter) -> {
                Tensor gradient = parameter.grad().to(org.flowprior.torch.DType.FLOAT64);
                double norm = expected.gradientNorms().get(key);
                assertThat(gradient.norm().item()).as(key).isCloseTo(norm, within(1e-5 * norm));
                assertThat(gradient.sum().item()).as(key)
                        .isCloseTo(expected.gradientSums().get(key), within(1e-5 * norm * Math.sqrt(gradient.numel())));
            });
        }
    }

    private static void fill(String key, Tensor tensor, Generator generator) {
        tensor.normal_(0, 1, generator);
        if (tensor.dim() == 2) {
            tensor.mul_(1 / Math.sqrt(tensor.size(1)));
        } else {
            tensor.mul_(0.1);
            if (key.endsWith("in_ln.weight")) {
                tensor.add_(1);
            }
        }
    }

    private static void assertClose(double[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-5 * largest));
        }
    }

    @ParameterizedTest
    @MethodSource("initialWeights")
    void aSeedGivesPyTorchsInitialWeights(InitialWeights expected) {
        try (Scope scope = Scope.open(); Generator generator = Generator.seeded(expected.seed());
                VelocityNetwork network = new VelocityNetwork(new VelocityNetwork.Config(expected.channels(),
                        expected.condition(), expected.depth(), expected.width()), generator)) {
            Map<String, Tensor> state = network.stateDict();
            assertThat(state.keySet()).containsExactlyElementsOf(expected.first().keySet());
            state.forEach((key, tensor) -> {
                double[] first = tensor.flatten().slice(0, 0L, 3L, 1).toDoubleArray();
                assertThat(first).as(key).containsExactly(Arrays.copyOf(expected.first().get(key), first.length),
                        within(1e-7));
                assertThat(tensor.to(org.flowprior.torch.DType.FLOAT64).sum().item()).as(key)
                        .isCloseTo(expected.sums().get(key), within(1e-4));
            });
        }
    }
}
