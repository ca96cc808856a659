package org.flowprior.cli.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.autoencoder.DiffAugment;
import org.flowprior.autoencoder.DinoDiscriminator;
import org.flowprior.autoencoder.Discriminator;
import org.flowprior.autoencoder.Lpips;
import org.flowprior.autoencoder.MaskBitDiscriminator;
import org.flowprior.autoencoder.PatchGanDiscriminator;
import org.flowprior.autoencoder.StyleGanDiscriminator;
import org.flowprior.cli.Main;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.Vgg16;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The modules of {@code flowprior forward} for discriminators, VGG16, LPIPS and the augmentation. */
@InScope
class ForwardAdversaryTest {

    @TempDir
    private Path directory;
    private Path weights;
    private Path input;
    private Path output;
    private String errors;

    @BeforeEach
    void open() {
        weights = directory.resolve("weights.pt");
        input = directory.resolve("in.safetensors");
        output = directory.resolve("out.safetensors");
    }

    private int run(String module, String config, boolean weighted) throws IOException {
        Path file = directory.resolve("config.json");
        Files.writeString(file, config);
        List<String> arguments = new ArrayList<>(List.of("forward", module, "--input", input.toString(), "--output",
                output.toString(), "--config", file.toString()));
        if (weighted) {
            arguments.addAll(List.of("--weights", weights.toString()));
        }
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err, true),
                arguments.toArray(String[]::new));
        errors = err.toString();
        return code;
    }

    private Map<String, Tensor> outputs(String module, String config) throws IOException {
        assertThat(run(module, config, true)).as(() -> errors).isZero();
        return Safetensors.load(output);
    }

    /** Runs the module on the discriminator's weights, in training and not, and compares. */
    private void check(String module, String config, Discriminator discriminator, Tensor x, boolean training)
            throws IOException {
        PtFile.write(weights, Map.of("discriminator", discriminator.stateDict(), "steps", 3));
        Safetensors.write(input, Map.of("x", x));
        Map<String, Tensor> outputs = outputs(module, config);
        assertThat(outputs.keySet()).containsExactly("logits");
        discriminator.train(training);
        assertThat(outputs.get("logits").equal(discriminator.forward(x, Discriminator.Window.WHOLE))).isTrue();
    }

    @Test
    void theDiscriminatorsOfAnOfficialCheckpointGiveTheirLogits() throws IOException {
        try (PatchGanDiscriminator patchGan = new PatchGanDiscriminator(2, 4, null);
                StyleGanDiscriminator styleGan = new StyleGanDiscriminator(8, null);
                MaskBitDiscriminator maskBit = new MaskBitDiscriminator()) {
            Tensor x = Torch.randn(2, 3, 32, 32);
            check("patch-gan", "{\"layers\": 2, \"channels\": 4}", patchGan, x, false);
            check("patch-gan", "{\"layers\": 2, \"channels\": 4, \"training\": true}", patchGan, x, true);
            check("mask-bit", "{}", maskBit, x, false);
            check("style-gan", "{\"imageSize\": 8}", styleGan, Torch.randn(2, 3, 8, 8), false);
            assertThat(run("mask-bit", "{}", true)).isEqualTo(2);
            assertThat(errors).contains("weights.pt").contains("main.0.weight");
        }
    }

    @Test
    void dinoTakesItsBackboneFromTheConfigAndAWindow() throws IOException {
        Path backbone = directory.resolve("dino.pth");
        VisionTransformerConfig config = new VisionTransformerConfig(16, 8, 64, 3, 1, 32, MlpType.GELU_TANH, 0, false);
        try (VisionTransformer network = new VisionTransformer(config)) {
            PtFile.write(backbone, network.stateDict());
        }
        try (DinoDiscriminator discriminator = DinoDiscriminator.over(backbone, null)) {
            String json = "{\"backbone\": \"" + backbone + "\"}";
            Tensor x = Torch.randn(2, 3, 20, 20);
            check("dino-discriminator", json, discriminator, x, false);
            check("dino-discriminator", json.replace("}", ", \"training\": true}"), discriminator, x, true);

            PtFile.write(weights, discriminator.stateDict());
            Safetensors.write(input, Map.of("x", x, "window", Tensor.of(new long[] {3, 4})));
            Tensor logits = outputs("dino-discriminator", json).get("logits");
            discriminator.eval();
            assertThat(logits.equal(discriminator.forward(x, Discriminator.Window.at(3, 4)))).isTrue();

            assertThat(run("dino-discriminator", "{}", true)).isEqualTo(2);
            assertThat(errors).contains("backbone");
        }
    }

    @Test
    void lpipsGivesDistancesAndAGradientFromOneFileOrTwo() throws IOException {
        try (Lpips lpips = new Lpips()) {
            Tensor x = Torch.randn(2, 3, 16, 16);
            Tensor y = Torch.randn(2, 3, 16, 16).requiresGrad_(true);
            PtFile.write(weights, lpips.stateDict());
            Safetensors.write(input, Map.of("x", x, "y", y.detach()));
            Map<String, Tensor> outputs = outputs("lpips", "{}");
            Tensor distance = lpips.forward(x, y);
            distance.mean().backward();
            assertThat(outputs.keySet()).containsExactlyInAnyOrder("distance", "grad");
            assertThat(outputs.get("distance").equal(distance.flatten())).isTrue();
            assertThat(outputs.get("grad").toDoubleArray()).containsExactly(y.grad().toDoubleArray(), within(1e-9));

            Path heads = directory.resolve("heads.pth");
            Map<String, Tensor> features = new LinkedHashMap<>();
            Map<String, Tensor> linear = new HashMap<>();
            lpips.stateDict().forEach((key, tensor) -> {
                if (key.startsWith("lin")) {
                    linear.put(key, tensor);
                } else if (key.startsWith("net.")) {
                    features.put(key.replaceFirst("net\\.slice\\d", "features"), tensor);
                }
            });
            PtFile.write(weights, features);
            PtFile.write(heads, linear);
            assertThat(outputs("lpips", "{\"heads\": \"" + heads + "\"}").get("distance").equal(distance.flatten()))
                    .isTrue();
        }
    }

    @Test
    void vgg16GivesItsFeatures() throws IOException {
        try (Vgg16 network = new Vgg16()) {
            Tensor x = Torch.randn(1, 3, 16, 20);
            PtFile.write(weights, network.stateDict());
            Safetensors.write(input, Map.of("x", x));
            Map<String, Tensor> outputs = outputs("vgg16", "{}");
            Map<String, Tensor> expected = network.forward(x);
            assertThat(outputs.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
            expected.forEach((name, feature) -> assertThat(outputs.get(name).equal(feature)).as(name).isTrue());
        }
    }

    @Test
    void diffAugmentTakesItsRandomNumbersAndNoWeights() throws IOException {
        Tensor x = Torch.randn(2, 3, 16, 16);
        DiffAugment augment = new DiffAugment(1, 0.5);
        DiffAugment.Draws draws = augment.draw(x, null, null);
        Map<String, Tensor> inputs = new HashMap<>(Map.of("x", x, "brightness", draws.color().brightness(),
                "saturation", draws.color().saturation(), "contrast", draws.color().contrast(),
                "translationRows", draws.translation().rows(), "translationColumns", draws.translation().columns(),
                "holeRows", draws.hole().rows(), "holeColumns", draws.hole().columns()));
        Safetensors.write(input, inputs);
        assertThat(run("diff-augment", "{\"cutout\": 0.5}", false)).as(() -> errors).isZero();
        assertThat(Safetensors.load(output).get("y").equal(augment.apply(x, draws))).isTrue();

        inputs.remove("holeRows");
        Safetensors.write(input, inputs);
        assertThat(run("diff-augment", "{}", false)).isEqualTo(2);
        assertThat(errors).contains("holeRows, holeColumns").contains("only holeColumns");
    }
}
