package org.flowprior.torch.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.flowprior.fixtures.Recorded;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Initialisers of a [6, 3, 2] tensor from seed 3, against PyTorch; tools/oracle/nn.py made the numbers. */
@InScope
class InitTest {

    private static final JsonObject ORACLE = Resources.json("torch/nn/init.json");
    private static final Map<String, BiFunction<Tensor, Generator, Tensor>> FILLS = new LinkedHashMap<>();

    static {
        FILLS.put("normal", (t, g) -> Init.normal_(t, 0.5, 0.02, g));
        FILLS.put("uniform", (t, g) -> Init.uniform_(t, -0.3, 0.7, g));
        FILLS.put("constant", (t, g) -> Init.constant_(t, 0.25));
        FILLS.put("ones", (t, g) -> Init.ones_(t));
        FILLS.put("zeros", (t, g) -> Init.zeros_(t));
        FILLS.put("xavier-uniform", (t, g) -> Init.xavierUniform_(t, 1, g));
        FILLS.put("xavier-uniform-gain", (t, g) -> Init.xavierUniform_(t, 1.7, g));
        FILLS.put("xavier-normal", (t, g) -> Init.xavierNormal_(t, 0.8, g));
        FILLS.put("kaiming-uniform", (t, g) -> Init.kaimingUniform_(t, 0, Fan.IN, Nonlinearity.LEAKY_RELU, g));
        FILLS.put("kaiming-uniform-out-tanh", (t, g) -> Init.kaimingUniform_(t, 0, Fan.OUT, Nonlinearity.TANH, g));
        FILLS.put("kaiming-normal-leaky", (t, g) -> Init.kaimingNormal_(t, 0.2, Fan.IN, Nonlinearity.LEAKY_RELU, g));
        FILLS.put("kaiming-normal-relu", (t, g) -> Init.kaimingNormal_(t, 0, Fan.IN, Nonlinearity.RELU, g));
        FILLS.put("kaiming-normal-selu", (t, g) -> Init.kaimingNormal_(t, 0, Fan.IN, Nonlinearity.SELU, g));
        FILLS.put("trunc-normal", (t, g) -> Init.truncNormal_(t, 0, 0.02, -2, 2, g));
        FILLS.put("trunc-normal-cut", (t, g) -> Init.truncNormal_(t, 0.2, 1.5, -1, 1.2, g));
        FILLS.put("trunc-normal-tail", (t, g) -> Init.truncNormal_(t, 0, 1, 1.5, 4, g));
    }

    static Stream<String> names() {
        return FILLS.keySet().stream();
    }

    @Test
    void everyRecordedInitialiserIsTested() {
        assertThat(FILLS.keySet()).containsExactlyInAnyOrderElementsOf(ORACLE.keySet());
    }

    @ParameterizedTest
    @MethodSource("names")
    void drawsPyTorchsNumbers(String name) {
        try (Generator generator = Generator.seeded(3)) {
            Tensor tensor = Torch.empty(6, 3, 2).requiresGrad_(true);
            assertThat(FILLS.get(name).apply(tensor, generator)).isSameAs(tensor);
            assertDrawn(tensor, name);
            assertThat(tensor.isLeaf()).isTrue();
        }
    }

    @Test
    void withoutAGeneratorTheDefaultOneIsDrawnFrom() {
        Libtorch.manualSeed(3);
        Tensor tensor = Init.kaimingUniform_(Torch.empty(6, 3, 2), 0, Fan.IN, Nonlinearity.LEAKY_RELU, null);
        assertDrawn(tensor, "kaiming-uniform");
    }

    /** Up to the last digit, in which normal numbers depend on the processor's vector instructions. */
    private static void assertDrawn(Tensor actual, String name) {
        Recorded.assertClose(name, actual, Recorded.tensor(ORACLE.get(name)), 1e-6);
    }

    @Test
    void leavesNoTensorBehind(Scope scope) {
        Tensor tensor = Torch.empty(50, 2);
        int before = scope.size();
        Init.truncNormal_(tensor, 0, 1, 1.5, 4, null);
        assertThat(scope.size()).isEqualTo(before);
    }

    @Test
    void refusesWhatHasNoFanAndEmptyCuts() {
        assertThatThrownBy(() -> Init.xavierUniform_(Torch.empty(3), 1, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fan");
        assertThatThrownBy(() -> Init.truncNormal_(Torch.empty(3), 0, 1, 2, 1, null))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("a < b");
    }
}
