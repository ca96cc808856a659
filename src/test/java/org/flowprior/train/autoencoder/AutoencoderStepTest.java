package org.flowprior.train.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.flowprior.autoencoder.AdaptiveAnchors;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderLoss;
import org.flowprior.autoencoder.AutoencoderNoise;
import org.flowprior.torch.DType;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.optim.Ema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against what PyTorch computes from the formulas: tools/oracle/autoencoder_step.py. */
class AutoencoderStepTest {

    private static Path resource(String name) {
        try {
            return Path.of(AutoencoderStepTest.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonObject steps(String name) throws IOException {
        try (InputStream in = AutoencoderStepTest.class.getResourceAsStream("autoencoder-steps.json")) {
            return JsonParser.parseString(new String(in.readAllBytes(), StandardCharsets.UTF_8)).getAsJsonObject()
                    .getAsJsonObject(name);
        }
    }

    /** Throws unless the norm of each difference is that small beside the gradient's; returns the gradients' keys. */
    private static Set<String> compare(String prefix, Map<String, Tensor> parameters, Map<String, Tensor> expected,
            double largest) {
        Set<String> keys = new LinkedHashSet<>();
        double all = Math.sqrt(parameters.values().stream().filter(p -> p.grad() != null)
                .mapToDouble(p -> p.grad().square().sum().item()).sum());
        parameters.forEach((key, parameter) -> {
            if (parameter.grad() != null) {
                Tensor wanted = expected.get(prefix + key);
                assertThat(wanted).as(key).isNotNull();
                if (key.matches("heads\\.\\d\\.(0|1\\.fn)\\.0\\.bias")) { // a batch norm follows: 0 except for rounding
                    assertThat(parameter.grad().norm().item()).as(key).isLessThan(1e-6 * all);
                } else {
                    double difference = parameter.grad().sub(wanted).norm().item();
                    assertThat(difference / wanted.norm().item()).as(key).isLessThan(largest);
                }
                keys.add(prefix + key);
            }
        });
        return keys;
    }

    /** In float64 to what float32 stores of the expected gradients. */
    @ParameterizedTest
    @CsvSource({"kl, FLOAT64, false, 1e-6", "adaptive, FLOAT64, false, 1e-6", "kl, FLOAT32, false, 1e-4",
        "adaptive, FLOAT32, false, 1e-4", "kl, FLOAT32, true, 1e-4"})
    void bothLossesHavePyTorchsGradientsForEveryParameter(String name, DType dtype, boolean checkpointing,
            double largest) {
        AutoencoderTrainingConfig config = AutoencoderOracle.config(name, "training.checkpointing=" + checkpointing);
        try (Scope scope = Scope.open(); AutoencoderNetworks networks = AutoencoderOracle.networks(config, dtype);
                AutoencoderLoss loss = networks.newLoss()) {
            Map<String, Tensor> expected = Safetensors.read(resource("autoencoder-step-" + name + ".safetensors"));
            Tensor images = AutoencoderOracle.images(31).to(dtype);
            AutoencoderNoise noise = AutoencoderOracle.noise(31, dtype);
            Autoencoder.Output output = networks.autoencoder().forward(images, noise.latents());
            networks.trainDiscriminator(false);
            Tensor total = loss.generator(31, images, output, AdaptiveAnchors.of(networks.autoencoder()), noise)
                    .total();
            assertThat(total.item()).isCloseTo(expected.get("loss").item(), within(1e-5));
            total.backward();
            networks.trainDiscriminator(true);
            Tensor other = loss.discriminator(31, images, output.reconstruction(), noise).total();
            assertThat(other.item()).isCloseTo(expected.get("discriminatorLoss").item(), within(1e-5));
            other.backward();

            Set<String> keys = compare("generator.", networks.autoencoder().namedParameters(), expected, largest);
            keys.addAll(compare("discriminator.", networks.discriminator().namedParameters(), expected, largest));
            keys.addAll(Set.of("loss", "discriminatorLoss"));
            assertThat(keys).isEqualTo(expected.keySet());
        }
    }

    private static double[] step(AutoencoderStage stage, int step) {
        return stage.step(step, AutoencoderOracle.images(step), AutoencoderOracle.noise(step, DType.FLOAT32))
                .toDoubleArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"kl", "adaptive"})
    void aRunOfStepsIsPyTorchs(String name) throws IOException {
        AutoencoderTrainingConfig config = AutoencoderOracle.config(name);
        JsonObject expected = steps(name);
        JsonArray rows = expected.getAsJsonArray("loss, gradient norm, discriminator's");
        try (AutoencoderNetworks networks = AutoencoderOracle.networks(config, DType.FLOAT32);
                AutoencoderStage stage = new AutoencoderStage(config, null, networks, null)) {
            assertThat(rows).hasSize(config.training().steps());
            int[] columns = {0, 1, stage.metrics().indexOf("discriminatorLoss"),
                stage.metrics().indexOf("discriminatorGradientNorm")};
            for (int step = 1; step <= rows.size(); step++) {
                try (Scope scope = Scope.open()) {
                    double[] metrics = step(stage, step);
                    for (int i = 0; i < columns.length; i++) {
                        double wanted = rows.get(step - 1).getAsJsonArray().get(i).getAsDouble();
                        boolean norm = i % 2 == 1;
                        assertThat(metrics[columns[i]]).as(stage.metrics().get(columns[i]) + " at step " + step)
                                .isCloseTo(wanted, within(norm ? 1e-3 * wanted : 1e-4));
                    }
                }
            }
            try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad(); Ema.Swap swap = stage.averages().swap()) {
                Tensor made = networks.autoencoder().forward(AutoencoderOracle.images(rows.size()),
                        AutoencoderOracle.noise(rows.size(), DType.FLOAT32).latents()).reconstruction();
                assertThat(made.norm().item()).isCloseTo(expected.get("averagedReconstruction").getAsDouble(),
                        within(1e-3));
            }
            double[] variance = networks.discriminator().stateDict().get("heads.0.0.1.running_var").toDoubleArray();
            for (int i = 0; i < variance.length; i++) {
                assertThat(variance[i]).isCloseTo(expected.getAsJsonArray("runningVariance").get(i).getAsDouble(),
                        within(1e-4));
            }
            if (name.equals("kl")) {
                assertThat(stage.averagesOfLosses().get("lecam.real").item())
                        .isCloseTo(expected.getAsJsonArray("lecam").get(0).getAsDouble(), within(1e-6));
                assertThat(stage.averagesOfLosses().get("lecam.fake").item())
                        .isCloseTo(expected.getAsJsonArray("lecam").get(1).getAsDouble(), within(1e-6));
            }
        }
    }

    @Test
    void stepsLeaveNoTensorsBehind() {
        long before = Memory.liveTensors();
        AutoencoderTrainingConfig config = AutoencoderOracle.config("kl", "training.accumulation=2",
                "loss.adversarial.start=3", "loss.adversarial.adaptive=true", "loss.alignment.adaptive=true");
        try (AutoencoderNetworks networks = AutoencoderOracle.networks(config, DType.FLOAT32);
                AutoencoderStage stage = new AutoencoderStage(config, null, networks, null)) {
            long[] after = new long[51];
            for (int step = 1; step <= 50; step++) {
                try (Scope scope = Scope.open()) {
                    step(stage, step);
                }
                after[step] = Memory.liveTensors();
            }
            assertThat(after[50]).isEqualTo(after[10]);
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    /** Without what is computed over a whole batch, micro-batches change a step by rounding alone. */
    @Test
    void microBatchesAddUpToTheBatch() {
        String[] plain = {"loss.adversarial.discriminator=none", "loss.adversarial.weight=0",
            "loss.adversarial.consistency=0", "loss.latentDeviation=0", "training.optimizer=adam"};
        double[] whole = firstSteps(AutoencoderOracle.config("kl", plain));
        String[] split = Stream.concat(Arrays.stream(plain),
                Stream.of("training.accumulation=2")).toArray(String[]::new);
        assertThat(firstSteps(AutoencoderOracle.config("kl", split))).containsExactly(whole, within(1e-4));
    }

    private static double[] firstSteps(AutoencoderTrainingConfig config) {
        try (AutoencoderNetworks networks = AutoencoderOracle.networks(config, DType.FLOAT32);
                AutoencoderStage stage = new AutoencoderStage(config, null, networks, null)) {
            double[] last = null;
            for (int step = 1; step <= 8; step++) {
                try (Scope scope = Scope.open()) {
                    last = step(stage, step);
                }
            }
            return last;
        }
    }
}
