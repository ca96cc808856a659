package org.flowprior.cli.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import org.flowprior.cli.Main;
import org.flowprior.fixtures.InceptionFill;
import org.flowprior.torch.DType;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.vision.Inception;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code forward inception} on the golden images (spec J.3); InceptionTest compares all values. */
class InceptionModuleTest {

    @TempDir
    private Path directory;

    private String errors;

    private int run(Path weights, Map<String, Tensor> inputs) {
        Path input = directory.resolve("in.safetensors");
        Safetensors.write(input, inputs);
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err, true), "forward", "inception",
                "--weights", weights.toString(), "--input", input.toString(), "--output",
                directory.resolve("out.safetensors").toString(), "--threads", "1");
        errors = err.toString();
        return code;
    }

    @Test
    void allOutputsAreWritten() {
        Path weights = directory.resolve("inception.pth");
        long before = Memory.liveTensors();
        try (Scope scope = Scope.open()) {
            try (Inception network = InceptionFill.network()) {
                PtFile.write(weights, network.stateDict());
            }
            assertThat(run(weights, Map.of("images", InceptionFill.images()))).as(() -> errors).isZero();
            Map<String, Tensor> outputs = Safetensors.read(directory.resolve("out.safetensors"));
            assertThat(outputs).hasSize(7);
            assertThat(outputs.values()).allMatch(output -> output.dtype() == DType.FLOAT32);
            assertFirst(outputs, "pooled64", 64, 0.003458644, 0.6307311, 0);
            assertFirst(outputs, "pooled192", 192, 0.9182516, 0, 0.1070659);
            assertFirst(outputs, "pooled768", 768, 1.822462, 0.0444956, 0.01197582);
            assertFirst(outputs, "pooled2048", 2048, 0.6771601, 0, 0.4635045);
            assertFirst(outputs, "spatial", 2023, 0.3573229, 0, 0);
            assertFirst(outputs, "logitsUnbiased", 1008, 3.242368, 0.3202395, -3.510531);
            assertFirst(outputs, "logits", 1008, 3.292828, 0.4184071, -3.487461);

            assertThat(run(weights, Map.of("images", Torch.zeros(1, 1, 8, 8)))).isEqualTo(2);
            assertThat(errors).contains("'images' has shape [1, 1, 8, 8], wanted is [any, 3, any, any]")
                    .hasLineCount(1);
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    private static void assertFirst(Map<String, Tensor> outputs, String name, long width, double... expected) {
        Tensor output = outputs.get(name);
        assertThat(output.shape()).as(name).containsExactly(2, width);
        double[] first = output.get(0).narrow(0, 0, expected.length).toDoubleArray();
        for (int i = 0; i < expected.length; i++) {
            assertThat(first[i]).as(name).isCloseTo(expected[i], within(2e-5));
        }
    }

    @Test
    void weightsOfAnotherNetworkAreRefused() {
        Path weights = directory.resolve("other.pth");
        try (Scope scope = Scope.open()) {
            PtFile.write(weights, Map.of("encoder.weight", Torch.zeros(2)));
            assertThat(run(weights, Map.of("images", Torch.zeros(1, 3, 8, 8)))).isEqualTo(2);
            assertThat(errors).contains("other.pth: not the weights of torch-fidelity's Inception").hasLineCount(1);
        }
    }
}
