package org.flowprior.torch.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every layer against PyTorch; tools/oracle/nn.py made the numbers. */
class LayersTest {

    private static final JsonObject ORACLE = OracleFile.read(LayersTest.class, "layers.json");
    private static final Map<String, Function<Generator, Layer>> LAYERS = new LinkedHashMap<>();

    static {
        LAYERS.put("linear", g -> new Linear(3, 4, true, g));
        LAYERS.put("linear-no-bias", g -> new Linear(3, 4, false, g));
        LAYERS.put("layer-norm", g -> new LayerNorm(6, 1e-6, true));
        LAYERS.put("layer-norm-plain", g -> new LayerNorm(6, 1e-6, false));
        LAYERS.put("group-norm", g -> new GroupNorm(2, 4, 1e-6));
        LAYERS.put("batch-norm-1d", g -> new BatchNorm1d(3, 1e-6));
        LAYERS.put("batch-norm-2d", g -> new BatchNorm2d(3));
        LAYERS.put("conv1d", g -> new Conv1d(2, 4,
                Conv1d.Options.kernel(3).withStride(2).withPadding(1).withDilation(2).withGroups(2), g));
        LAYERS.put("conv1d-spectral-circular", g -> new Conv1d(2, 3,
                Conv1d.Options.kernel(5).withPadding(2).withCircular(true).withSpectralNorm(true), g));
        LAYERS.put("conv2d", g -> new Conv2d(2, 4,
                Conv2d.Options.kernel(3, 2).withStride(2).withPadding(0, 1).withDilation(2).withGroups(2), g));
        LAYERS.put("conv2d-no-bias", g -> new Conv2d(2, 3, Conv2d.Options.kernel(3).withPadding(1).withBias(false), g));
        LAYERS.put("embedding", g -> new Embedding(5, 3, g));
        LAYERS.put("silu", g -> new SiLU());
        LAYERS.put("gelu", g -> new GELU());
        LAYERS.put("gelu-tanh", g -> new GELU(GELU.Approximate.TANH));
        LAYERS.put("relu", g -> new ReLU());
        LAYERS.put("leaky-relu", g -> new LeakyReLU(0.2));
        LAYERS.put("tanh", g -> new Tanh());
        LAYERS.put("sigmoid", g -> new Sigmoid());
        LAYERS.put("identity", g -> new Identity());
        LAYERS.put("max-pool-2d", g -> new MaxPool2d(3, 2, 1));
        LAYERS.put("avg-pool-2d", g -> new AvgPool2d(3, 1, 1, false));
        LAYERS.put("avg-pool-2d-padding-counts", g -> new AvgPool2d(2));
        LAYERS.put("upsample", g -> new Upsample(2));
        LAYERS.put("sequential", g -> new Sequential(new Linear(3, 4, true, g), new SiLU(), new Linear(4, 2, true, g)));
    }

    static Stream<String> names() {
        return LAYERS.keySet().stream();
    }

    @Test
    void everyRecordedLayerIsTested() {
        assertThat(LAYERS.keySet()).containsExactlyInAnyOrderElementsOf(ORACLE.keySet());
    }

    @ParameterizedTest
    @MethodSource("names")
    void startsFromPyTorchsValues(String name) {
        try (Scope scope = Scope.open(); Generator generator = Generator.seeded(1);
                Layer layer = LAYERS.get(name).apply(generator)) {
            Map<String, Tensor> expected = OracleFile.tensors(caseOf(name).get("initial"));
            assertThat(layer.stateDict().keySet()).containsExactlyElementsOf(expected.keySet());
            expected.forEach((key, value) -> {
                Tensor actual = layer.stateDict().get(key);
                assertThat(actual.dtype()).as(key).isEqualTo(value.dtype());
                assertClose(key, actual, value);
            });
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void computesPyTorchsValuesAndGradients(String name) {
        JsonObject expected = caseOf(name);
        try (Scope scope = Scope.open(); Layer layer = LAYERS.get(name).apply(null)) {
            layer.loadStateDict(OracleFile.tensors(expected.get("state")));
            Tensor x = OracleFile.tensor(expected.get("input"));
            if (expected.has("inputGradient")) {
                x.requiresGrad_(true);
            }
            Tensor y = layer.forward(x);
            assertClose("output", y, expected.get("output"));
            y.mul(OracleFile.tensor(expected.get("upstream"))).sum().backward();
            if (expected.has("inputGradient")) {
                assertClose("gradient of the input", x.grad(), expected.get("inputGradient"));
            }
            JsonObject gradients = expected.getAsJsonObject("gradients");
            assertThat(layer.namedParameters().keySet()).containsExactlyElementsOf(gradients.keySet());
            layer.namedParameters().forEach(
                    (key, parameter) -> assertClose("gradient of " + key, parameter.grad(), gradients.get(key)));
            JsonObject after = expected.getAsJsonObject("after");
            layer.stateDict().forEach((key, tensor) -> assertClose(key + " afterwards", tensor, after.get(key)));
            layer.eval();
            assertClose("output in evaluation", layer.forward(x), expected.get("evalOutput"));
        }
    }

    private static JsonObject caseOf(String name) {
        return ORACLE.getAsJsonObject(name);
    }

    private static void assertClose(String what, Tensor actual, JsonElement packed) {
        assertClose(what, actual, OracleFile.tensor(packed));
    }

    private static void assertClose(String what, Tensor actual, Tensor expected) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        assertThat(OracleFile.relativeError(actual.toFloatArray(), expected.toDoubleArray())).as(what).isLessThan(5e-6);
    }

    @Test
    void dropoutScalesWhatItKeepsInTrainingAndIsAbsentOtherwise() {
        try (Scope scope = Scope.open(); Dropout dropout = new Dropout(0.25)) {
            float[] y = dropout.forward(Torch.ones(4000)).toFloatArray();
            int zeros = 0;
            for (float value : y) {
                assertThat(value).isIn(0f, 1 / 0.75f);
                zeros += value == 0 ? 1 : 0;
            }
            // 1000 expected, standard deviation 27
            assertThat(zeros).isBetween(850, 1150);
            Tensor x = Torch.ones(4);
            assertThat(dropout.eval().isTraining()).isFalse();
            assertThat(dropout.forward(x).toFloatArray()).containsOnly(1f);
        }
    }

    @Test
    void moduleListNamesItsModulesByNumber() {
        try (Scope scope = Scope.open();
                ModuleList<Linear> list = new ModuleList<>(List.of(new Linear(1, 1), new Linear(1, 2)))) {
            assertThat(list.stateDict().keySet()).containsExactly("0.weight", "0.bias", "1.weight", "1.bias");
            assertThat(list.size()).isEqualTo(2);
            assertThat(list.get(1).weight().shape()).containsExactly(2, 1);
            assertThat(list).hasSize(2);
        }
    }

    @Test
    void trainingLeavesNoTensorBehind() {
        long before = Memory.liveTensors();
        Conv1d.Options options = Conv1d.Options.kernel(3).withPadding(1).withCircular(true).withSpectralNorm(true);
        try (Sequential net = new Sequential(new Conv1d(2, 4, options), new BatchNorm1d(4), new Dropout(0.5))) {
            train(net, 3);
            long afterThree = Memory.liveTensors();
            train(net, 3);
            assertThat(Memory.liveTensors()).isEqualTo(afterThree);
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    private static void train(Layer net, int steps) {
        for (int i = 0; i < steps; i++) {
            try (Scope scope = Scope.open()) {
                net.zeroGrad();
                net.forward(Torch.randn(2, 2, 5)).square().sum().backward();
                assertThat(scope.size()).isPositive();
            }
        }
    }

    @Test
    void spectralNormAllowsTwoForwardsBeforeBackward() {
        // The second power iteration must not disturb what the first forward's backward needs.
        Conv1d.Options options = Conv1d.Options.kernel(1).withSpectralNorm(true);
        try (Scope scope = Scope.open(); Conv1d conv = new Conv1d(2, 2, options)) {
            Tensor x = Torch.ones(1, 2, 3);
            conv.forward(x).add(conv.forward(x)).square().sum().backward();
            assertThat(conv.weight().grad().isfinite().all().item()).isEqualTo(1);
        }
    }

    @Test
    void batchNormRefusesOtherDimensions() {
        try (Scope scope = Scope.open(); BatchNorm2d norm = new BatchNorm2d(3)) {
            assertThatThrownBy(() -> norm.forward(Torch.ones(2, 3)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("4 dimensions");
        }
    }
}
