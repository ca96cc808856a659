package org.flowprior.cli.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.cli.Main;
import org.flowprior.fixtures.TinyMar;
import org.flowprior.mar.LatentLayout;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarConfig;
import org.flowprior.mar.MarFile;
import org.flowprior.mar.SamplingInputs;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forward modules of the generator, on the golden values (spec J.2). */
@InScope
class MarModulesTest {

    private static final List<String> MODULES = List.of("mar", "flow-head", "flow-head-sample", "mar-sample");

    @TempDir
    private Path directory;
    private Path weights;
    private Path input;
    private Path output;
    private String errors;
    private String printed;

    @BeforeEach
    void write() {
        weights = directory.resolve("weights.safetensors");
        input = directory.resolve("in.safetensors");
        output = directory.resolve("out.safetensors");
        try (Mar mar = TinyMar.create()) {
            Safetensors.write(weights, mar.stateDict());
        }
    }

    private int flowprior(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        printed = out.toString();
        errors = err.toString();
        return code;
    }

    private int run(String module, Map<String, Tensor> inputs, String json) throws IOException {
        Safetensors.write(input, inputs);
        Path config = directory.resolve("config.json");
        Files.writeString(config, json);
        return flowprior("forward", module, "--weights", weights.toString(), "--input", input.toString(), "--output",
                output.toString(), "--threads", "1", "--config", config.toString());
    }

    private Map<String, Tensor> outputs(String module, Map<String, Tensor> inputs, String json) throws IOException {
        assertThat(run(module, inputs, json)).as(() -> errors).isZero();
        return Safetensors.load(output);
    }

    private void assertRefused(String module, Map<String, Tensor> inputs, String json, String reason)
            throws IOException {
        assertThat(run(module, inputs, json)).isEqualTo(2);
        assertThat(errors).contains(reason).hasLineCount(1);
    }

    private static void assertClose(Tensor actual, double[] expected) {
        double[] values = actual.flatten().toDoubleArray();
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertThat(values).hasSameSizeAs(expected);
        for (int i = 0; i < values.length; i++) {
            assertThat(Math.abs(values[i] - expected[i])).isLessThan(1e-5 * largest);
        }
    }

    @Test
    void theGeneratorGivesConditionsLossAndGradients() throws IOException {
        Map<String, Tensor> outputs = outputs("mar", SamplingInputs.generator(), "{}");
        assertClose(outputs.get("z"), TinyMar.golden("z"));
        assertClose(outputs.get("loss"), TinyMar.golden("loss"));
        assertClose(outputs.get("grad.class_emb.weight"), TinyMar.golden("grad:class_emb.weight"));
        assertThat(outputs).doesNotContainKey("grad.fake_latent");
    }

    @Test
    void theGeneratorTakesOrdersAndClassesWithheld() throws IOException {
        Map<String, Tensor> inputs = SamplingInputs.generator();
        inputs.keySet().retainAll(List.of("latents", "labels"));
        inputs.put("orders", SamplingInputs.maskedFirst());
        Map<String, Tensor> outputs = outputs("mar", inputs, "{\"masked\": 4}");
        assertThat(outputs).containsOnlyKeys("z");
        assertClose(outputs.get("z"), TinyMar.golden("z"));
        inputs.put("dropped", Tensor.of(new long[] {0, 1}));
        Tensor withheld = outputs("mar", inputs, "{\"masked\": 4}").get("z");
        assertThat(withheld.select(0, 0).equal(outputs.get("z").select(0, 0))).isTrue();
        assertThat(withheld.select(0, 1).sub(outputs.get("z").select(0, 1)).abs().max().item()).isGreaterThan(1e-3);
    }

    @Test
    void latentsOnAGridAreTokensRowByRow() throws IOException {
        Map<String, Tensor> inputs = new HashMap<>(SamplingInputs.generator());
        inputs.keySet().removeAll(List.of("times", "noise"));
        inputs.put("latents", inputs.get("latents").view(2, 2, 3, 4).permute(0, 3, 1, 2).contiguous());
        assertClose(outputs("mar", inputs, "{}").get("z"), TinyMar.golden("z"));
        inputs.put("latents", Torch.zeros(2, 1, 4, 6));
        assertThat(outputs("mar", inputs, "{\"patch\": 2}").get("z").shape()).containsExactly(2, 6, 16);
        assertRefused("mar", inputs, "{\"patch\": 4}", "patch");
    }

    @Test
    void headsThatNoWeightTellsMayBeGiven() throws IOException {
        MarConfig two = new MarConfig(new LatentLayout.Sequence(6, 4), 16, 1, 1, 2, 4, 5, 3, false, 0, 0, 0, 0.7,
                new MarConfig.Head.Flow(1, 8, 1));
        Map<String, Tensor> inputs = new HashMap<>(SamplingInputs.generator());
        inputs.keySet().removeAll(List.of("times", "noise"));
        try (Mar mar = new Mar(two, null)) {
            MarFile.write(weights, mar);
            float[] told = outputs("mar", inputs, "{}").get("z").toFloatArray();
            Safetensors.write(weights, mar.stateDict());
            assertThat(outputs("mar", inputs, "{}").get("z").toFloatArray()).isNotEqualTo(told);
            assertThat(outputs("mar", inputs, "{\"heads\": 2}").get("z").toFloatArray()).isEqualTo(told);
        }
    }

    @Test
    void theFlowHeadGivesVelocitiesAndLosses() throws IOException {
        Map<String, Tensor> given = SamplingInputs.generator();
        Tensor z = Tensor.of(TinyMar.golden("z"), 12, 16).to(DType.FLOAT32).repeat(2, 1);
        Map<String, Tensor> inputs = new HashMap<>(Map.of("z", z, "t", given.get("times").flatten(),
                "target", given.get("latents").flatten(0, 1).repeat(2, 1), "noise", given.get("noise").view(24, 4)));
        Map<String, Tensor> outputs = outputs("flow-head", inputs, "{}");
        assertClose(outputs.get("v"), TinyMar.golden("v"));
        Tensor mask = given.get("mask").flatten().repeat(2);
        assertClose(outputs.get("losses").mul(mask).sum().div(mask.sum()), TinyMar.golden("loss"));
        Tensor t = inputs.get("t").unsqueeze(1);
        inputs.put("x", inputs.remove("target").mul(t.neg().add(1)).add(inputs.remove("noise").mul(t)));
        outputs = outputs("flow-head", inputs, "{\"dtype\": \"float64\"}");
        assertThat(outputs).containsOnlyKeys("v");
        assertThat(outputs.get("v").dtype()).isEqualTo(DType.FLOAT64);
        assertClose(outputs.get("v"), TinyMar.golden("v"));
    }

    @Test
    void theHeadIsSampledWithAndWithoutGuidance() throws IOException {
        Tensor z = Tensor.of(TinyMar.golden("z"), 2, 6, 16).to(DType.FLOAT32);
        Map<String, Tensor> inputs = Map.of("z", z.select(0, 0).narrow(0, 0, 3).contiguous(), "unconditional",
                z.select(0, 1).narrow(0, 0, 3).contiguous(), "noise", SamplingInputs.noise(0, 3));
        assertClose(outputs("flow-head-sample", inputs, "{\"steps\": 5}").get("tokens"), TinyMar.golden("euler_nocfg"));
        assertClose(outputs("flow-head-sample", inputs, "{\"steps\": 5, \"guidance\": 2.5, \"temperature\": 0.9}")
                .get("tokens").repeat(2, 1), TinyMar.golden("euler_cfg2.5_temp0.9"));
        assertClose(outputs("flow-head-sample", inputs, "{\"solver\": \"euler\", \"steps\": 4}").get("tokens"),
                TinyMar.golden("euler_nocfg"));
    }

    private static Map<String, Tensor> sampling(int iterations) {
        return Map.of("labels", Tensor.of(new long[] {3, 1}), "orders", SamplingInputs.orders(), "noise",
                SamplingInputs.noiseOfTokens(iterations));
    }

    @Test
    void theGeneratorIsSampled() throws IOException {
        for (boolean saving : new boolean[] {true, false}) {
            String five = "\"steps\": 5, \"saving\": " + saving;
            Map<String, Tensor> outputs = outputs("mar-sample", sampling(4), "{\"iterations\": 4, " + five + "}");
            assertThat(outputs).containsOnlyKeys("tokens", "latents");
            assertClose(outputs.get("tokens"), TinyMar.golden("sample_iter4_nocfg"));
            assertClose(outputs.get("latents"), TinyMar.golden("sample_iter4_nocfg"));
            outputs = outputs("mar-sample", sampling(6), "{\"guidance\": 3, \"guidanceSchedule\": \"constant\", " + five
                    + "}");
            assertClose(outputs.get("tokens"), TinyMar.golden("sample_iter6_cfg3_constant"));
        }
    }

    @Test
    void inputsThatDoNotFitAreRefusedInOneLine() throws IOException {
        assertRefused("mar-sample", sampling(4), "{\"iterations\": 7}", "in 1 to 6 iterations, not in 7");
        assertRefused("mar-sample", sampling(4), "{\"steps\": 0}", "at least 2 steps, not 0");
        Map<String, Tensor> inputs = new HashMap<>(sampling(4));
        inputs.put("labels", Tensor.of(new long[] {3, 5}));
        assertRefused("mar-sample", inputs, "{}", "'labels' holds 5, wanted are whole numbers of 0 to 4");
        inputs.put("labels", Tensor.of(new double[] {3, 1.5}));
        assertRefused("mar-sample", inputs, "{}", "'labels' holds 1.5");
        inputs.put("labels", Torch.zeros(0));
        assertRefused("mar-sample", inputs, "{}", "one row at least");
        inputs.putAll(sampling(4));
        inputs.put("orders", Torch.zeros(2, 6));
        assertRefused("mar-sample", inputs, "{}", "no permutation of 0 to 5");
        inputs.putAll(sampling(4));
        inputs.put("noise", Torch.zeros(2, 6, 3));
        assertRefused("mar-sample", inputs, "{}", "wanted is [2, 6, 4]");
        inputs = SamplingInputs.generator();
        assertRefused("mar", inputs, "{\"masked\": 7}", "masked must be at most 6");
        inputs.put("mask", Tensor.of(new long[] {1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0}, 2, 6));
        assertRefused("mar", inputs, "{}", "as many each");
        inputs.put("orders", Tensor.of(new long[] {0, 0, 1, 2, 3, 4, 0, 0, 1, 2, 3, 4}, 2, 6));
        assertRefused("mar", inputs, "{\"masked\": 3}", "no permutation of 0 to 5");
        assertRefused("flow-head", Map.of("z", Torch.zeros(0, 16)), "{}", "one row at least");
        assertRefused("mar", inputs, "{\"masked\": 3, \"heads\": 3}", "heads");
        assertRefused("flow-head", Map.of("z", Torch.zeros(3, 4)), "{}", "wanted is [any, 16]");
        assertRefused("flow-head-sample", Map.of("z", Torch.zeros(3, 16), "noise", Torch.zeros(3, 4)),
                "{\"guidance\": 2}", "no tensor 'unconditional'");
        Safetensors.write(weights, Map.of("x", Torch.zeros(1)));
        for (String module : MODULES) {
            assertRefused(module, sampling(4), "{}", "weights.safetensors");
        }
    }

    @Test
    void aDiffusionHeadIsSampledButIsNoFlowHead() throws IOException {
        try (Mar mar = new Mar(MarFile.config(weights).withHead(new MarConfig.Head.Diffusion(1, 8, 1)), null)) {
            MarFile.write(weights, mar);
        }
        Map<String, Tensor> inputs = new HashMap<>(sampling(6));
        inputs.put("noise", SamplingInputs.noiseOfTokens(6).expand(3, 2, 6, 4).contiguous());
        assertThat(outputs("mar-sample", inputs, "{\"steps\": 3}").get("tokens").shape()).containsExactly(2, 6, 4);
        assertRefused("mar-sample", sampling(6), "{\"steps\": 3}", "wanted is [3, 2, 6, 4]");
        assertRefused("mar-sample", inputs, "{\"steps\": 3, \"solver\": \"heun\"}", "one of flow heads");
        assertRefused("flow-head", Map.of("z", Torch.zeros(3, 16)), "{}", "diffusion head");
    }

    @Test
    void everyModuleExplainsItself() {
        for (String module : MODULES) {
            assertThat(flowprior("forward", module, "--help")).isZero();
            assertThat(printed).contains("Input", "Output", "Config:", "dtype", "Example:",
                    "flowprior forward " + module);
        }
    }

    @Test
    void nothingIsLeftBehind() throws IOException {
        Map<String, Tensor> inputs = sampling(6);
        outputs("mar-sample", inputs, "{}").values().forEach(Tensor::close);
        long before = Memory.liveTensors();
        outputs("mar-sample", inputs, "{}").values().forEach(Tensor::close);
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }
}
