package org.flowprior.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.nn.StateDictException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LPIPS against PyTorch's numbers, which {@code tools/oracle/adversary.py} wrote, and the published files. */
@InScope
class LpipsTest {

    private static Map<String, Tensor> weights(Generator generator) {
        try (Lpips shapes = new Lpips()) {
            Map<String, Tensor> state = new LinkedHashMap<>();
            assertThat(shapes.stateDict().keySet()).containsExactly(AdversaryRecords.PYTORCH.lpips().keys());
            shapes.stateDict().forEach((key, target) -> state.put(key, key.startsWith("scaling_layer.")
                    ? target.clone() : AdversaryRecords.draw(key, target.shape(), generator)));
            state.replaceAll((key, tensor) -> key.startsWith("lin") ? tensor.abs() : tensor);
            return state;
        }
    }

    private static void write(Path vgg, Path heads, Map<String, Tensor> state) {
        Map<String, Tensor> features = new LinkedHashMap<>();
        Map<String, Tensor> linear = new LinkedHashMap<>();
        state.forEach((key, tensor) -> {
            if (key.startsWith("net.")) {
                features.put(key.replaceFirst("net\\.slice\\d", "features"), tensor);
            } else if (key.startsWith("lin")) {
                linear.put(key, tensor);
            }
        });
        features.put("classifier.0.weight", Torch.zeros(2, 2));
        PtFile.write(vgg, features);
        PtFile.write(heads, linear);
    }

    @Test
    void thePublishedFilesGivePyTorchsDistanceGradientAndDropout(@TempDir Path directory) {
        AdversaryRecords.Distance expected = AdversaryRecords.PYTORCH.lpips();
        Path vgg = directory.resolve("vgg16.pth");
        Path heads = directory.resolve("heads.pth");
        try (Generator generator = Generator.seeded(expected.seed())) {
            write(vgg, heads, weights(generator));
            try (Lpips lpips = Lpips.of(vgg, heads)) {
                Tensor x = Torch.randn(new long[] {2, 3, 20, 17}, generator).requiresGrad_(true);
                Tensor y = Torch.randn(new long[] {2, 3, 20, 17}, generator).requiresGrad_(true);
                Tensor distance = lpips.forward(x, y);
                assertThat(distance.shape()).containsExactly(2, 1, 1, 1);
                assertThat(distance.toDoubleArray()).containsExactly(expected.value(), within(1e-5));
                distance.mean().backward();
                expected.gradientOfX().assertIs("gradient of x", x.grad(), 1e-4);
                expected.gradientOfY().assertIs("gradient of y", y.grad(), 1e-4);

                assertThat(lpips.train().isTraining()).isTrue();
                assertThat(lpips.forward(x, y, generator).equal(distance)).as("no dropout in training").isTrue();
                Tensor dropped = lpips.dropout(true).forward(x, y, generator);
                assertThat(dropped.toDoubleArray()).containsExactly(expected.dropped(), within(1e-5));
                assertThat(lpips.dropout(false).forward(x, y).equal(distance)).isTrue();
            }
        }
    }

    @Test
    void oneFileOfAllItsWeightsLoadsAndOthersAreRefusedByName(@TempDir Path directory) {
        Path whole = directory.resolve("lpips.safetensors");
        Path other = directory.resolve("other.safetensors");
        try (Lpips lpips = new Lpips()) {
            Safetensors.write(whole, lpips.stateDict());
            Tensor x = Torch.randn(1, 3, 16, 16);
            Tensor y = Torch.randn(1, 3, 16, 16);
            try (Lpips read = Lpips.read(whole)) {
                assertThat(read.forward(x, y).equal(lpips.forward(x, y))).isTrue();
            }
            Safetensors.write(other, Map.of("lin0.weight", Torch.zeros(1)));
            assertThatThrownBy(() -> Lpips.read(other)).isInstanceOf(StateDictException.class)
                    .hasMessageContaining("other.safetensors").hasMessageContaining("lin0.weight");
            assertThatThrownBy(() -> lpips.forward(x, Torch.zeros(1, 3, 16, 17)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[1, 3, 16, 17]");
        }
    }

    @Test
    void featuresThatAreAllZeroHaveAGradient() {
        try (Lpips lpips = new Lpips()) {
            // A bias this low leaves no channel of the first slice above 0.
            lpips.namedParameters().get("net.slice1.2.bias").fill_(-1e3);
            Tensor x = Torch.randn(1, 3, 16, 16).requiresGrad_(true);
            lpips.forward(x, Torch.zeros(1, 3, 16, 16)).sum().backward();
            assertThat(x.grad().isfinite().all().item()).isEqualTo(1);
        }
    }
}
