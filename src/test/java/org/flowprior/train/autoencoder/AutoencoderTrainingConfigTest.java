package org.flowprior.train.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.autoencoder.ToPixelKind;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.ConfigRecords;
import org.flowprior.config.RequestException;
import org.flowprior.torch.optim.LearningRateSchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AutoencoderTrainingConfigTest {

    private static final ConfigLoader<AutoencoderTrainingConfig> LOADER = AutoencoderTrainingConfig.loader();

    @ParameterizedTest
    @ValueSource(strings = {"quick", "quick-kl", "paper", "official", "official-ae", "official-kl", "official-softvq"})
    void everyPresetReadsBackAsItself(String preset) {
        AutoencoderTrainingConfig config = LOADER.load(preset, List.of());
        assertThat(LOADER.toJson(config)).isEqualTo(LOADER.toJson(LOADER.load(preset, List.of())));
        assertThat(config.withThreads(3).threads()).isEqualTo(3);
    }

    @Test
    void theOfficialPresetsAreTheOfficialAutoencoders() {
        assertThat(LOADER.load("official", List.of()).model().sizes()).isEqualTo(AutoencoderConfig.official());
        assertThat(LOADER.load("official-ae", List.of()).model().sizes()).isEqualTo(AutoencoderConfig.official());
        assertThat(LOADER.load("official-kl", List.of()).model().sizes()).isEqualTo(AutoencoderConfig.officialKl());
        assertThat(LOADER.load("official-softvq", List.of()).model().sizes())
                .isEqualTo(AutoencoderConfig.officialSoftVq());
    }

    /** The published schedule, 50 epochs of 5,004 steps. */
    @ParameterizedTest
    @CsvSource({"0, 1e-5, 0", "2502, 5.5e-5, 1e-15", "5003, 9.998201e-5, 5e-12", "5004, 9.991120e-5, 5e-12",
        "125100, 5.5e-5, 1e-15", "250199, 1.00000000e-5, 5e-14", "250200, 1e-5, 0"})
    void theOfficialRateIsThePublishedOne(long step, double rate, double error) {
        LearningRateSchedule schedule = LOADER.load("official", List.of()).training().schedule();
        assertThat(schedule.at(step)).isCloseTo(rate, within(error));
    }

    @Test
    void pathsBecomeWholeAndDrawnImagesStay() {
        AutoencoderTrainingConfig config = LOADER.load("quick", List.of("loss.alignment.prior=p.safetensors",
                "data.validation=some/where", "evaluation.bank=a/bank")).withAbsolutePaths();
        assertThat(config.evaluation().bank()).isEqualTo(Path.of("a/bank").toAbsolutePath().toString());
        assertThat(config.loss().alignment().prior()).isEqualTo(Path.of("p.safetensors").toAbsolutePath().toString());
        assertThat(config.data().validation()).isEqualTo(Path.of("some/where").toAbsolutePath().toString());
        assertThat(config.data().images()).isEqualTo("procedural:64");
        assertThat(config.loss().perceptual().vgg()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"training.accumulation=3", "loss.adversarial.weight=1", "model.toPixel=identity",
        "model.latentTokens=0", "training.warmupSteps=100000", "data.smallest=0", "loss.perceptual.weight=-1",
        "model.bottleneck.temperature=0 model.bottleneck.kind=softvq", "training.ema=1", "evaluation.images=0",
        "evaluation.points=0", "evaluation.k=0", "model.encoder.heads=3"})
    void whatMakesNoRunIsRefused(String settings) {
        assertThatThrownBy(() -> LOADER.load("quick", List.of(settings.split(" "))))
                .isInstanceOf(RequestException.class);
    }

    @Test
    void drawnImagesOfAPresetValidateOnlyDrawnOnes(@TempDir Path directory) throws IOException {
        String drawn = "procedural:64?seed=1&count=256";
        assertThat(validation("quick")).isEqualTo(drawn);
        assertThat(validation("quick", "data.images=procedural:32")).isEqualTo(drawn);
        assertThat(validation("quick", "data.images=some/where")).isEmpty();
        assertThat(validation("quick", "data.images=some/where", "data.validation=" + drawn)).isEqualTo(drawn);
        Path file = directory.resolve("own.json");
        Files.writeString(file, "{\"data\": {\"images\": \"some/where\"}}");
        assertThat(validation(file.toString())).isEmpty();
        assertThat(validation(file.toString(), "data.validation=other")).isEqualTo("other");
        Files.writeString(file, "{\"data\": {\"images\": \"some/where\", \"validation\": \"" + drawn + "\"}}");
        assertThat(validation(file.toString())).isEqualTo(drawn);
        Files.writeString(file, LOADER.toJson(LOADER.load(file.toString(), List.of())).toString());
        assertThat(LOADER.read(file, List.of()).data().validation()).isEqualTo(drawn);
    }

    private static String validation(String source, String... settings) {
        return LOADER.load(source, List.of(settings)).data().validation();
    }

    @Test
    void whatIsMadeInJavaIsCheckedToo() {
        AutoencoderTrainingConfig config = LOADER.load("quick", List.of());
        assertThatThrownBy(() -> ConfigRecords.with(config, "training",
                ConfigRecords.with(config.training(), "steps", 0))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("steps must be at least 1, not 0");
        assertThatThrownBy(() -> ConfigRecords.with(config, "model",
                ConfigRecords.with(config.model(), "toPixel", ToPixelKind.IDENTITY)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("toPixel must give pixels, identity gives tokens");
    }
}
