package org.flowprior.cli.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.autoencoder.AutoencoderFile;
import org.flowprior.autoencoder.KlBottleneck;
import org.flowprior.autoencoder.MaskBitDiscriminator;
import org.flowprior.cli.Main;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.FlowPrior;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.target.IdentityProjection;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AutoencoderLossModuleTest {

    @TempDir
    private Path directory;

    private String errors;

    private int run(Path weights, Path input, String config) throws IOException {
        Path file = Files.writeString(directory.resolve("config.json"), config);
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err, true), "forward",
                "autoencoder-loss", "--weights", weights.toString(), "--input", input.toString(), "--output",
                directory.resolve("out.safetensors").toString(), "--config", file.toString(), "--threads", "1");
        errors = err.toString();
        return code;
    }

    private Map<String, Tensor> outputs() {
        return Safetensors.read(directory.resolve("out.safetensors"));
    }

    private Path weights(Generator generator) {
        VisionTransformerConfig sizes = new VisionTransformerConfig(32, 8, 12, 1, 1, 12, MlpType.GELU, 0, true);
        Path file = directory.resolve("autoencoder.safetensors");
        try (Autoencoder autoencoder = new Autoencoder(AutoencoderConfig.of(sizes, sizes, 3, 4)
                .withBottleneck(new KlBottleneck.Options(0.1)), generator)) {
            AutoencoderFile.write(file, autoencoder);
        }
        return file;
    }

    private Path prior(Generator generator) {
        Path file = directory.resolve("prior.safetensors");
        try (FlowPrior prior = new FlowPrior(new FlowModel(new VelocityNetwork(
                new VelocityNetwork.Config(4, 0, 1, 8), generator), TimeConvention.PAPER).freeze(),
                new IdentityProjection(4), 1, Map.of())) {
            prior.write(file);
        }
        return file;
    }

    @Test
    void theDefaultIsTheMeanSquaredDifferenceAlone() throws IOException {
        long before = Memory.liveTensors();
        try (Scope scope = Scope.open(); Generator generator = Generator.seeded(1)) {
            Path weights = weights(generator);
            Tensor images = Torch.rand(new long[] {2, 3, 32, 32}, generator);
            Tensor noise = Torch.randn(new long[] {2, 3, 4}, generator);
            Path input = directory.resolve("in.safetensors");
            Safetensors.write(input, Map.of("images", images, "latentNoise", noise));
            assertThat(run(weights, input, "{}")).as(() -> errors).isZero();
            Map<String, Tensor> outputs = outputs();
            try (Autoencoder autoencoder = AutoencoderFile.read(weights); NoGrad noGrad = new NoGrad()) {
                Tensor made = autoencoder.forward(images, new Autoencoder.Draws(noise, null)).reconstruction();
                assertThat(outputs.get("reconstruction").sub(made).abs().max().item()).isLessThan(1e-6);
                double pixels = Functional.mseLoss(made, images).item();
                assertThat(outputs.get("term.reconstruction").item()).isCloseTo(pixels, within(1e-6));
                assertThat(outputs.get("loss").item()).isCloseTo(pixels + outputs.get("term.kl").item(), within(1e-6));
                assertThat(outputs.keySet()).contains("grad.quant_conv.weight", "grad.encoder.latent_tokens")
                        .doesNotContain("discriminatorLoss", "grad.decoder.model.patch_embed.proj.weight");
            }
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    @Test
    void givenRandomNumbersMakeBothLosses() throws IOException {
        try (Scope scope = Scope.open(); Generator generator = Generator.seeded(2)) {
            Path weights = weights(generator);
            Map<String, Tensor> inputs = new HashMap<>();
            inputs.put("images", Torch.rand(new long[] {2, 3, 32, 32}, generator));
            inputs.put("latentNoise", Torch.randn(new long[] {2, 3, 4}, generator));
            inputs.put("noise", Torch.randn(new long[] {5, 2, 3, 4}, generator));
            inputs.put("generated.color", Torch.rand(new long[] {3, 2}, generator));
            inputs.put("real.translation", Torch.ones(2, 2));
            inputs.put("strongFake.hole", Torch.ones(2, 2));
            Path input = directory.resolve("in.safetensors");
            Safetensors.write(input, inputs);
            String config = """
                    {"step": 7, "loss": {"alignment": {"prior": "%s", "weight": 0.5, "flowMul": 5, "warmup": 14},
                     "adversarial": {"discriminator": "maskbit", "weight": 0.3, "augmentation": true,
                                     "consistency": 2, "lecam": 0.1}}}""".formatted(prior(generator));
            assertThat(run(weights, input, config)).isEqualTo(2);
            assertThat(errors).contains("no tensor 'times'").hasLineCount(1);

            inputs.put("times", Torch.rand(new long[] {5, 2, 3}, generator));
            Safetensors.write(input, inputs);
            assertThat(run(weights, input, config)).as(() -> errors).isZero();
            Map<String, Tensor> outputs = outputs();
            assertThat(outputs.get("loss").item()).isCloseTo(outputs.get("term.reconstruction").item()
                    + outputs.get("term.kl").item() + 0.25 * outputs.get("term.alignment").item()
                    + 0.3 * outputs.get("term.adversarial").item(), within(1e-6));
            assertThat(outputs.get("discriminatorLoss").item()).isCloseTo(0.3
                    * (outputs.get("term.discriminator").item() + 0.1 * outputs.get("term.lecam").item())
                    + 2 * outputs.get("term.consistency").item(), within(1e-6));
            try (MaskBitDiscriminator discriminator = new MaskBitDiscriminator(generator)) {
                assertThat(outputs.keySet()).containsAll(discriminator.namedParameters().keySet().stream()
                        .map(key -> "discriminatorGrad." + key).toList());
            }
        }
    }
}
