package org.flowprior.cli.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.cli.Main;
import org.flowprior.flow.AlignmentLoss;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.FlowModelFile;
import org.flowprior.flow.LossReduction;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InScope
class ForwardTest {

    private static final VelocityNetwork.Config SIZES = new VelocityNetwork.Config(3, 5, 2, 8);

    @TempDir
    private Path directory;
    private VelocityNetwork network;
    private Path weights;
    private Path input;
    private Path output;
    private String errors;
    private String printed;

    @BeforeEach
    void write() {
        try (Generator generator = Generator.seeded(1)) {
            network = new VelocityNetwork(SIZES, generator);
            network.requiresGrad_(false);
            network.parameters().forEach(p -> p.normal_(0, .3, generator));
        }
        weights = directory.resolve("weights.safetensors");
        input = directory.resolve("in.safetensors");
        output = directory.resolve("out.safetensors");
        Safetensors.write(weights, network.stateDict());
    }

    @AfterEach
    void close() {
        network.close();
    }

    private int run(String module, String... more) {
        List<String> arguments = new ArrayList<>(List.of("forward", module, "--weights", weights.toString(), "--input",
                input.toString(), "--output", output.toString()));
        arguments.addAll(List.of(more));
        return flowprior(arguments.toArray(String[]::new));
    }

    private int flowprior(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        printed = out.toString();
        errors = err.toString();
        return code;
    }

    private String config(String json) throws IOException {
        Path file = directory.resolve("config.json");
        Files.writeString(file, json);
        return file.toString();
    }

    private Map<String, Tensor> points() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("x", Torch.randn(4, 3));
        tensors.put("t", Torch.rand(4));
        return tensors;
    }

    private void writeLatents(long... shape) {
        Safetensors.write(input, Map.of("y", Torch.randn(shape), "noise", Torch.randn(4, 3), "t", Torch.rand(4)));
    }

    @Test
    void velocityMlpGivesTheRawNetworksVelocity() {
        Map<String, Tensor> tensors = points();
        Safetensors.write(input, tensors);
        assertThat(run("velocity-mlp")).as(() -> errors).isZero();
        Map<String, Tensor> outputs = Safetensors.read(output);
        assertThat(outputs.keySet()).containsExactly("v");
        assertThat(outputs.get("v").toFloatArray())
                .containsExactly(network.forward(tensors.get("x"), tensors.get("t"), null).toFloatArray(),
                        within(1e-4f));
    }

    @Test
    void velocityMlpTakesACondition() {
        Map<String, Tensor> tensors = points();
        tensors.put("c", Torch.randn(4, 5));
        Safetensors.write(input, tensors);
        assertThat(run("velocity-mlp")).as(() -> errors).isZero();
        assertThat(Safetensors.read(output).get("v").toFloatArray())
                .containsExactly(network.forward(tensors.get("x"), tensors.get("t"), tensors.get("c")).toFloatArray(),
                        within(1e-4f));
    }

    @Test
    void theConfigChoosesFloat64AndTheOptionBfloat16() throws IOException {
        Map<String, Tensor> tensors = points();
        Safetensors.write(input, tensors);
        assertThat(run("velocity-mlp", "--config", config("{\"dtype\": \"float64\"}"))).as(() -> errors).isZero();
        Tensor exact = Safetensors.read(output).get("v");
        assertThat(exact.dtype()).isEqualTo(DType.FLOAT64);
        assertThat(run("velocity-mlp", "--precision", "bf16")).as(() -> errors).isZero();
        Tensor rough = Safetensors.read(output).get("v");
        assertThat(rough.dtype()).isEqualTo(DType.FLOAT32);
        double difference = rough.sub(exact).norm().item() / exact.norm().item();
        assertThat(difference).isBetween(1e-5, .05);
        assertThat(run("velocity-mlp", "--precision", "bf16", "--config", config("{\"dtype\": \"float64\"}")))
                .isEqualTo(2);
        assertThat(errors).contains("--precision bf16").hasLineCount(1);
    }

    @Test
    void theNetworkIsFoundInTheOfficialContainers() {
        Map<String, Tensor> tensors = points();
        Safetensors.write(input, tensors);
        float[] expected = network.forward(tensors.get("x"), tensors.get("t"), null).toFloatArray();
        Map<String, Tensor> other = new LinkedHashMap<>();
        prefixed("flow_loss.net.").forEach((key, tensor) -> other.put(key, tensor.add(1)));
        Map<String, Tensor> moving = new LinkedHashMap<>(Map.of("flow_loss.moving_avg", Torch.ones()));
        moving.putAll(prefixed("flow_loss.net."));
        for (Object container : List.of(network.stateDict(), prefixed("net."), moving,
                Map.of("model", other, "ema", moving, "steps", 3L), Map.of("model", moving, "epoch", 1L),
                Map.of("state_dict", prefixed("net.")))) {
            weights = directory.resolve("weights.pt");
            PtFile.write(weights, container);
            assertThat(run("velocity-mlp")).as(() -> errors).isZero();
            assertThat(Safetensors.read(output).get("v").toFloatArray()).containsExactly(expected, within(1e-4f));
        }
    }

    private Map<String, Tensor> prefixed(String prefix) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        network.stateDict().forEach((key, tensor) -> state.put(prefix + key, tensor));
        return state;
    }

    @Test
    void alignmentLossReadsOfficialWeightsWithTimeReversed() {
        writeLatents(4, 3);
        assertThat(run("alignment-loss")).as(() -> errors).isZero();
        check(TimeConvention.OFFICIAL);
    }

    @Test
    void alignmentLossTakesTheConventionOfTheConfigAndOfTheFile() throws IOException {
        writeLatents(4, 3);
        assertThat(run("alignment-loss", "--config", config("{\"timeConvention\": \"paper\"}"))).as(() -> errors)
                .isZero();
        check(TimeConvention.PAPER);
        FlowModelFile.write(weights, new FlowModel(network, TimeConvention.PAPER));
        assertThat(run("alignment-loss")).as(() -> errors).isZero();
        check(TimeConvention.PAPER);
        assertThat(run("alignment-loss", "--config", config("{\"timeConvention\": \"official\"}"))).as(() -> errors)
                .isZero();
        check(TimeConvention.OFFICIAL);
    }

    private void check(TimeConvention convention) {
        Map<String, Tensor> in = Safetensors.read(input);
        Tensor y = in.get("y").requiresGrad_(true);
        Tensor squares = AlignmentLoss.of(new FlowModel(network, convention).freeze())
                .loss(y, in.get("t"), in.get("noise"), null, LossReduction.NONE);
        squares.mean().backward();
        Map<String, Tensor> outputs = Safetensors.read(output);
        assertThat(outputs.get("loss").shape()).containsExactly(4);
        assertThat(outputs.get("loss").toFloatArray()).containsExactly(squares.mean(1).toFloatArray(), within(1e-6f));
        assertThat(outputs.get("grad").shape()).containsExactly(y.shape());
        assertThat(outputs.get("grad").toFloatArray()).containsExactly(y.grad().toFloatArray(), within(1e-6f));
    }

    @Test
    void alignmentLossTakesTokensAndSeveralDraws() throws IOException {
        writeLatents(2, 2, 3);
        assertThat(run("alignment-loss")).as(() -> errors).isZero();
        check(TimeConvention.OFFICIAL);
        writeLatents(2, 3);
        assertThat(run("alignment-loss", "--config", config("{\"flowMul\": 2}"))).as(() -> errors).isZero();
        assertThat(Safetensors.read(output).get("loss").shape()).containsExactly(4);
        assertThat(Safetensors.read(output).get("grad").shape()).containsExactly(2, 3);
    }

    @Test
    void whatIsWrongIsNamedOnOneLineAndTheOldOutputStays() throws IOException {
        Files.writeString(output, "old");
        Map<String, Tensor> tensors = points();
        Safetensors.write(input, tensors);
        refused("velocity-mlp", "config.json", "dtyp").with("--config", config("{\"dtyp\": \"float32\"}"));
        refused("velocity-mlp", "dtype", "float16").with("--config", config("{\"dtype\": \"float16\"}"));
        refused("velocity-mlp", "nowhere.json").with("--config", directory.resolve("nowhere.json").toString());
        refused("velocity-mlp", "device", "tpu").with("--device", "tpu");
        refused("velocity-mlp", "--threads").with("--threads", "0");
        refused("alignment-loss", "in.safetensors", "'y'", "t, x").with();
        tensors.put("x", Torch.randn(4, 2));
        Safetensors.write(input, tensors);
        refused("velocity-mlp", "in.safetensors", "'x'", "[4, 2]", "[any, 3]").with();
        tensors.put("x", Torch.randn(4, 3));
        tensors.put("t", Torch.rand(4, 1));
        Safetensors.write(input, tensors);
        refused("velocity-mlp", "in.safetensors", "'t'", "[4, 1]", "[4]").with();
        Files.delete(input);
        refused("velocity-mlp", "in.safetensors").with();
        Map<String, Tensor> state = new LinkedHashMap<>(network.stateDict());
        state.remove("final_layer.linear.bias");
        Safetensors.write(weights, state);
        Safetensors.write(input, points());
        refused("velocity-mlp", "weights.safetensors", "final_layer.linear.bias").with();
        Safetensors.write(weights, Map.of("a", Torch.ones(2)));
        refused("velocity-mlp", "weights.safetensors", "input_proj.weight").with();
        Files.writeString(weights, "not a file of tensors");
        refused("velocity-mlp", "weights.safetensors").with();
    }

    private interface Refused {
        void with(String... more);
    }

    private Refused refused(String module, String... named) {
        return more -> {
            assertThat(run(module, more)).as(() -> errors).isEqualTo(2);
            assertThat(errors).contains(named).hasLineCount(1);
            try {
                assertThat(Files.readString(output)).isEqualTo("old");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        };
    }

    @Test
    void anOutputThatCannotBeWrittenIsRefusedBeforeTheWork() {
        Safetensors.write(input, points());
        output = directory.resolve("missing/out.safetensors");
        assertThat(run("velocity-mlp")).isEqualTo(2);
        assertThat(errors).contains("--output", "missing").hasLineCount(1);
    }

    @Test
    void aModuleIsNeeded() {
        assertThat(flowprior("forward")).isEqualTo(2);
        assertThat(errors).contains("velocity-mlp", "alignment-loss").hasLineCount(1);
        assertThat(flowprior("forward", "teapot")).isEqualTo(2);
        assertThat(errors).contains("teapot");
    }

    @Test
    void helpListsModulesInputsAndOutputs() {
        assertThat(flowprior("forward", "--help")).isZero();
        assertThat(printed).contains("velocity-mlp", "alignment-loss");
        assertThat(flowprior("forward", "alignment-loss", "--help")).isZero();
        assertThat(printed).contains("noise [m N, D]", "grad", "timeConvention", "--weights");
    }

    @Test
    void nothingStaysInMemory() {
        writeLatents(4, 3);
        run("alignment-loss");
        long live = Memory.liveTensors();
        run("alignment-loss");
        assertThat(Memory.liveTensors()).isEqualTo(live);
    }
}
