package org.flowprior.torch.nn;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flowprior.fixtures.Recorded;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every module against PyTorch; tools/oracle/modules.py made the numbers and printouts. */
@InScope
class ModulesTest {

    private static final JsonObject ORACLE = Resources.json("torch/nn/modules.json");

    static Stream<String> names() {
        return ModuleCases.ALL.keySet().stream();
    }

    static Stream<String> computed() {
        return ModuleCases.ALL.entrySet().stream().filter(entry -> entry.getValue().forward() != null)
                .map(Map.Entry::getKey);
    }

    @Test
    void everyRecordedModuleIsTested() {
        assertThat(ModuleCases.ALL.keySet()).containsExactlyInAnyOrderElementsOf(ORACLE.keySet());
    }

    @ParameterizedTest
    @MethodSource("names")
    void printsAndNamesItsPartsAsPyTorch(String name) {
        try (Module module = ModuleCases.ALL.get(name).make()) {
            assertThat(module).hasToString(ORACLE.getAsJsonObject(name).get("text").getAsString());
            List<String> keys = new ArrayList<>();
            ORACLE.getAsJsonObject(name).getAsJsonArray("keys").forEach(key -> keys.add(key.getAsString()));
            assertThat(module.stateDict().keySet()).containsExactlyElementsOf(keys);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void startsFromPyTorchsValues(String name) {
        Libtorch.manualSeed(1);
        Map<String, Tensor> recorded = Resources.tensors("torch/nn/modules.safetensors");
        try (Module module = ModuleCases.ALL.get(name).make()) {
            module.stateDict().forEach((key, value) -> {
                Tensor expected = recorded.get(name + "/initial/" + key);
                assertThat(value.dtype()).as(key).isEqualTo(expected.dtype());
                Recorded.assertClose(key, value, expected, 1e-6);
            });
        }
    }

    @ParameterizedTest
    @MethodSource("computed")
    void computesPyTorchsValuesAndGradients(String name) {
        Map<String, Tensor> recorded = Resources.tensors("torch/nn/modules.safetensors");
        ModuleCases.Case tested = ModuleCases.ALL.get(name);
        try (Module module = tested.make()) {
            module.train(ORACLE.getAsJsonObject(name).get("train").getAsBoolean());
            module.loadStateDict(below(recorded, name + "/state/"));
            List<Tensor> inputs = numbered(recorded, name + "/input/");
            for (int i = 0; i < inputs.size(); i++) {
                inputs.get(i).requiresGrad_(recorded.containsKey(name + "/inputGradient/" + i));
            }
            List<Tensor> expected = numbered(recorded, name + "/output/");
            List<Tensor> outputs = tested.forward().apply(module, inputs);
            assertThat(outputs).hasSameSizeAs(expected);
            List<Tensor> terms = new ArrayList<>();
            for (int i = 0; i < outputs.size(); i++) {
                assertClose("output " + i, outputs.get(i), expected.get(i));
                terms.add(outputs.get(i).mul(recorded.get(name + "/upstream/" + i)).sum());
            }
            Tensor total = terms.stream().reduce(Tensor::add).orElseThrow();
            if (total.requiresGrad()) {
                total.backward();
            }
            IntStream.range(0, inputs.size()).filter(i -> inputs.get(i).requiresGrad()).forEach(i -> assertClose(
                    "gradient of input " + i, inputs.get(i).grad(), recorded.get(name + "/inputGradient/" + i)));
            Map<String, Tensor> gradients = below(recorded, name + "/gradient/");
            module.namedParameters().forEach((key, parameter) -> {
                assertThat(parameter.grad() != null).as(key).isEqualTo(gradients.containsKey(key));
                if (parameter.grad() != null) {
                    assertClose("gradient of " + key, parameter.grad(), gradients.get(key));
                }
            });
            Map<String, Tensor> after = below(recorded, name + "/after/");
            module.namedBuffers().forEach((key, buffer) -> assertClose(key + " afterwards", buffer, after.get(key)));
        }
    }

    /** Gradients that are zero but for rounding are compared on the scale of 1. */
    private static void assertClose(String what, Tensor actual, Tensor expected) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        double[] a = actual.detach().flatten().toDoubleArray();
        double[] e = expected.detach().flatten().toDoubleArray();
        for (int i = 0; i < e.length; i++) {
            if (a[i] != e[i] && !(Math.abs(a[i] - e[i]) <= 1e-5 * Math.max(1, Math.abs(e[i])))) {
                throw new AssertionError(what + " at " + i + ": " + a[i] + ", not " + e[i]);
            }
        }
    }

    private static Map<String, Tensor> below(Map<String, Tensor> tensors, String prefix) {
        return tensors.entrySet().stream().filter(entry -> entry.getKey().startsWith(prefix)).collect(
                Collectors.toMap(entry -> entry.getKey().substring(prefix.length()),
                        Map.Entry::getValue));
    }

    private static List<Tensor> numbered(Map<String, Tensor> tensors, String prefix) {
        return IntStream.iterate(0, i -> tensors.containsKey(prefix + i), i -> i + 1)
                .mapToObj(i -> tensors.get(prefix + i).clone()).toList();
    }
}
