package org.flowprior.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.nn.StateDictException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** VGG16 against PyTorch's numbers, which {@code tools/oracle/vision.py} wrote, and torchvision's file. */
class Vgg16Test {

    record Case(long seed, String[] keys, Map<String, long[]> shapes, Map<String, Recorded.Summary> outputs,
            Recorded.Summary gradient) {}

    private static Map<String, Tensor> weights(String[] keys, Map<String, Tensor> targets, Generator generator) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (String key : keys) {
            state.put(key, Recorded.draw(key, targets.get(key).shape(), generator).mul_(Math.sqrt(2)));
        }
        return state;
    }

    @Test
    void torchvisionsFileGivesItsFeaturesAndGradient(@TempDir Path directory) {
        Case expected = Recorded.read("vgg16.json", Case.class);
        Path file = directory.resolve("vgg16.pth");
        try (Scope scope = Scope.open(); Generator generator = Generator.seeded(expected.seed())) {
            try (Vgg16 shapes = new Vgg16()) {
                assertThat(shapes.stateDict().keySet()).containsExactly(expected.keys());
                Map<String, Tensor> state = weights(expected.keys(), shapes.stateDict(), generator);
                state.put("classifier.0.weight", Torch.zeros(2, 2));
                PtFile.write(file, state);
            }
            try (Vgg16 network = Vgg16.read(file)) {
                Tensor images = Torch.randn(new long[] {2, 3, 20, 35}, generator).requiresGrad_(true);
                Map<String, Tensor> outputs = network.forward(images);
                assertThat(outputs.keySet()).containsExactlyElementsOf(expected.shapes().keySet());
                outputs.forEach((name, output) -> {
                    assertThat(output.shape()).as(name).containsExactly(expected.shapes().get(name));
                    expected.outputs().get(name).assertIs(name, output, 2e-5);
                });
                outputs.values().stream().map(output -> output.square().sum()).reduce(Tensor::add).orElseThrow()
                        .backward();
                expected.gradient().assertIs("gradient", images.grad(), 2e-5);
            }
        }
    }

    @Test
    void aFileOfAnotherNetworkIsRefusedByName(@TempDir Path directory) {
        Path file = directory.resolve("other.pth");
        try (Scope scope = Scope.open()) {
            PtFile.write(file, Map.of("features.1.weight", Torch.zeros(2)));
            assertThatThrownBy(() -> Vgg16.read(file)).isInstanceOf(StateDictException.class)
                    .hasMessageContaining("other.pth").hasMessageContaining("features.28.bias")
                    .hasMessageContaining("1 unexpected (features.1.weight)");
        }
    }

    @Test
    void onlyTheFeaturesOutliveTheForward() {
        try (Scope scope = Scope.open(); Vgg16 network = new Vgg16(); NoGrad noGrad = new NoGrad()) {
            Tensor images = Torch.zeros(1, 3, 16, 16);
            long before = Memory.liveTensors();
            assertThat(network.forward(images)).hasSize(5);
            assertThat(Memory.liveTensors()).isEqualTo(before + 5);
            assertThatThrownBy(() -> network.forward(Torch.zeros(1, 3, 15, 16)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("at least 16 rows");
        }
    }
}
