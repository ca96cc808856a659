package org.flowprior.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of Inception's weights, right, wrong and damaged. */
@InScope
class InceptionFileTest {

    /** Written by tools/oracle/inception.py: the first unit with PyTorch's own keys. */
    private static final Path UNIT = Path.of("src/test/resources/org/flowprior/vision/unit.torchscript");

    @TempDir
    private Path directory;

    private static void assertHolds(Inception network, Map<String, Tensor> state) {
        network.stateDict().forEach((key, tensor) -> {
            assertThat(tensor.dtype()).isEqualTo(DType.FLOAT32);
            assertThat(tensor.equal(state.get(key))).as(key).isTrue();
        });
    }

    @Test
    void theFileWithAndWithoutCountsOfBatchesIsRead() {
        Path converted = directory.resolve("converted.pth");
        Path module = directory.resolve("module.safetensors");
        try (Generator generator = Generator.seeded(2); Inception network = new Inception(generator)) {
            Map<String, Tensor> state = network.stateDict();
            PtFile.write(converted, state);
            Map<String, Tensor> counted = new LinkedHashMap<>();
            state.forEach((key, tensor) -> {
                counted.put(key, tensor);
                if (key.endsWith("running_var")) {
                    counted.put(key.replace("running_var", "num_batches_tracked"), Tensor.of(new long[] {7}).view());
                }
            });
            assertThat(counted).hasSize(566);
            Safetensors.write(module, counted);
            for (Path file : new Path[] {converted, module}) {
                try (Inception read = Inception.read(file)) {
                    assertHolds(read, state);
                }
            }
        }
    }

    @Test
    void torchScriptGivesItsParametersAndStatistics() {
        Map<String, Tensor> state = InceptionWeights.read(UNIT);
        assertThat(state.keySet()).containsExactlyInAnyOrder("Conv2d_1a_3x3.conv.weight", "Conv2d_1a_3x3.bn.weight",
                "Conv2d_1a_3x3.bn.bias", "Conv2d_1a_3x3.bn.running_mean", "Conv2d_1a_3x3.bn.running_var");
        // The script prints: sum of the kernels: -0.0749046802520752
        assertThat(state.get("Conv2d_1a_3x3.conv.weight").sum().item()).isCloseTo(-0.0749047, within(1e-5));
    }

    @Test
    void otherNetworksAreRefusedInALine() throws IOException {
        long before = Memory.liveTensors();
        Path vgg = directory.resolve("vgg16.pth");
        try (Vgg16 network = new Vgg16()) {
            PtFile.write(vgg, network.stateDict());
        }
        assertThatThrownBy(() -> Inception.read(vgg)).isInstanceOf(IllegalArgumentException.class).hasMessage(
                "%s: not the weights of torch-fidelity's Inception: no Conv2d_1a_3x3.conv.weight but "
                        + "features.0.weight, features.0.bias, features.2.weight, …",
                vgg);
        assertThatThrownBy(() -> Inception.read(UNIT)).isInstanceOf(IllegalArgumentException.class).hasMessage(
                "%s: not the weights of torch-fidelity's Inception: 467 missing (Conv2d_2a_3x3.conv.weight, …)", UNIT);
        assertThatThrownBy(() -> Inception.read(Path.of("src/test/resources/org/flowprior/torch/two.torchscript")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no Conv2d_1a_3x3.conv.weight but weight");
        assertThatThrownBy(() -> Inception.read(directory.resolve("none.pth"))).isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("none.pth");
        Path text = Files.writeString(directory.resolve("page.pth"), "<html>not found</html>");
        assertThatThrownBy(() -> Inception.read(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(text.toString());
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    @Test
    void oneWrongShapeIsNamed() {
        Path file = directory.resolve("torchvision.pth");
        try (Inception network = new Inception()) {
            Map<String, Tensor> state = new LinkedHashMap<>(network.stateDict());
            state.put("fc.weight", Torch.zeros(1000, 2048));
            state.put("AuxLogits.conv0.conv.weight", Torch.zeros(1));
            PtFile.write(file, state);
            assertThatThrownBy(() -> Inception.read(file)).isInstanceOf(IllegalArgumentException.class).hasMessage(
                    "%s: not the weights of torch-fidelity's Inception: 1 unexpected (AuxLogits.conv0.conv.weight); "
                            + "1 of another shape (fc.weight [1000, 2048] instead of [1008, 2048])",
                    file);
        }
    }

    @Test
    void aWholeFileCutShortIsRefusedInALine() throws IOException {
        Path pth = directory.resolve("cut.pth");
        Path safetensors = directory.resolve("cut.safetensors");
        try (Inception network = new Inception()) {
            PtFile.write(pth, network.stateDict());
            Safetensors.write(safetensors, network.stateDict());
        }
        long before = Memory.liveTensors();
        for (Path file : new Path[] {pth, safetensors}) {
            for (long length : new long[] {Files.size(file) - 1, Files.size(file) / 2, 5000, 100}) {
                try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
                    cut.setLength(length);
                }
                assertRefused(file);
            }
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    @Test
    void damagedTorchScriptIsRefusedInALine() throws IOException {
        byte[] whole = Files.readAllBytes(UNIT);
        Path file = directory.resolve("damaged.torchscript");
        Random random = new Random(4);
        long before = Memory.liveTensors();
        int refused = 0;
        for (int i = 0; i < 24; i++) {
            byte[] damaged = i % 3 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            for (int change = random.nextInt(1, 5); i % 3 != 0 && change > 0; change--) {
                damaged[random.nextInt(damaged.length)] ^= (byte) random.nextInt(1, 256);
            }
            Files.write(file, damaged);
            try (Scope inner = Scope.open()) {
                InceptionWeights.read(file); // the change hit only numbers or padding
            } catch (IllegalArgumentException e) {
                assertOneLine(e, file);
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(12);
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    private static void assertOneLine(Throwable refusal, Path file) {
        assertThat(refusal.getMessage()).startsWith(file + ": ").doesNotContain("\n").hasSizeLessThan(1000);
    }

    private static void assertRefused(Path file) {
        assertThatThrownBy(() -> Inception.read(file)).isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertOneLine(e, file));
    }
}
