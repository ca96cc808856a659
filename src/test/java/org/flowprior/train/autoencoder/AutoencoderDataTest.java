package org.flowprior.train.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.flowprior.console.Console;
import org.flowprior.data.RgbImage;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InScope
class AutoencoderDataTest {

    private static final int COUNT = 30;

    @TempDir
    private Path directory;
    @TempDir
    private Path elsewhere;

    /** Image i has the grey 8 i, and is made after those that follow it by name. */
    @BeforeEach
    void writeImages() throws IOException {
        List<Integer> order = new ArrayList<>(IntStream.range(0, COUNT).boxed().toList());
        Collections.reverse(order);
        for (int i : order) {
            byte[] pixels = new byte[3 * 16 * 16];
            Arrays.fill(pixels, (byte) (8 * i));
            new RgbImage(16, 16, pixels).writePng(directory.resolve("%02d.png".formatted(i)));
        }
    }

    private AutoencoderTrainingConfig config(String... settings) {
        List<String> all = new ArrayList<>(List.of("data.images=" + directory, "model.imageSize=16",
                "model.latentTokens=4", "training.batch=8", "evaluation.images=6", "evaluation.batch=4"));
        all.addAll(List.of(settings));
        return AutoencoderTrainingConfig.loader().load("quick", all);
    }

    private static void addGreys(Set<Integer> greys, Tensor images) {
        for (double value : images.mean(1, 2, 3).toDoubleArray()) {
            greys.add((int) Math.round((value + 1) * 127.5 / 8));
        }
    }

    private static Set<Integer> validated(AutoencoderData data) {
        Set<Integer> greys = new TreeSet<>();
        data.validate(images -> addGreys(greys, images));
        return greys;
    }

    @Test
    void partOfOwnImagesIsHeldOutAndNeverTrainedOn() throws IOException {
        Set<Integer> heldOut;
        try (AutoencoderData data = new AutoencoderData(config())) {
            heldOut = validated(data);
            Set<Integer> trained = new TreeSet<>();
            for (int step = 0; step < 6; step++) {
                addGreys(trained, data.batch());
            }
            assertThat(heldOut).hasSize(6).doesNotContainAnyElementsOf(trained);
            assertThat(trained).hasSize(24);
            assertThat(data.trainingImages()).isEqualTo(24);
            assertThat(data.validationImages()).isEqualTo(6);
        }
        Path copy = Files.createDirectory(elsewhere.resolve("copy"));
        for (int i = 0; i < COUNT; i++) {
            String name = "%02d.png".formatted(i);
            Files.copy(directory.resolve(name), copy.resolve(name));
        }
        try (AutoencoderData data = new AutoencoderData(config("data.images=" + copy))) {
            assertThat(validated(data)).isEqualTo(heldOut);
        }
        try (AutoencoderData data = new AutoencoderData(config("data.images=" + copy, "seed=1"))) {
            assertThat(validated(data)).isNotEqualTo(heldOut);
        }
    }

    @Test
    void ofFewImagesATenthIsHeldOut() throws IOException {
        try (AutoencoderData data = new AutoencoderData(config("evaluation.images=15"))) {
            assertThat(data.validationImages()).isEqualTo(15);
        }
        try (AutoencoderData data = new AutoencoderData(config("evaluation.images=16"))) {
            assertThat(data.validationImages()).isEqualTo(3);
            assertThat(data.trainingImages()).isEqualTo(27);
        }
    }

    @Test
    void theRunSaysOnWhatItValidates() throws IOException {
        assertThat(said(config())).contains("validating on 6 of the images, held out; training on the other 24");
        assertThat(said(config("data.validation=procedural:16?count=3"))).contains("validating on drawn images, "
                + "procedural:16?count=3, which are not like those of " + directory);
        assertThat(said(config("data.validation=" + directory))).doesNotContain("validating");
    }

    private String said(AutoencoderTrainingConfig config) throws IOException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Path run = Files.createTempDirectory(elsewhere, "run");
        new AutoencoderTraining().run(run, AutoencoderTrainingConfig.loader().load("quick", List.of("data.images="
                + config.data().images(), "data.validation=" + config.data().validation(), "model.imageSize=16",
                "model.latentTokens=4", "model.encoder.width=16", "model.encoder.depth=1", "model.encoder.hidden=16",
                "model.decoder.width=16", "model.decoder.depth=1", "model.decoder.hidden=16", "training.batch=8",
                "training.steps=1", "training.warmupSteps=0", "evaluation.images=6")), new Console(
                        new PrintStream(said, true, StandardCharsets.UTF_8), Console.Level.NORMAL, false), () -> false);
        return said.toString(StandardCharsets.UTF_8);
    }
}
