package org.flowprior.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.flowprior.flow.TimeWeighting;
import org.flowprior.torch.Precision;
import org.flowprior.train.toy.ToyConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {

    private final ConfigLoader<ToyConfig> loader = ToyConfig.loader();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"quick", "paper"})
    void presetsReadBackAsTheyWereWritten(String preset) throws IOException {
        ToyConfig config = loader.load(preset, List.of());
        Path file = directory.resolve("config.json");
        Files.writeString(file, Json.pretty(loader.toJson(config)));
        assertThat(loader.read(file, List.of())).isEqualTo(config);
        assertThat(loader.load(file.toString(), List.of())).isEqualTo(config);
    }

    @Test
    void thePaperPresetHasThePrintedValues() {
        ToyConfig config = loader.load("paper", List.of());
        assertThat(config.flow()).isEqualTo(new ToyConfig.Flow(512, 4, 100_000, 256, 1e-4, 1e-4));
        assertThat(config.alignment())
                .isEqualTo(new ToyConfig.Alignment(1000, 5000, 1e-2, 1e-2, TimeWeighting.UNIFORM, 0.01));
    }

    @Test
    void aFileMayLeaveKeysOutAndAssignmentsWin() throws IOException {
        Path file = directory.resolve("own.json");
        Files.writeString(file, "{\"flow\": {\"steps\": 7, \"width\": 9}}");
        ToyConfig config = loader.load(file.toString(), List.of("flow.width=11", "flow.width=12", "precision=bf16"));
        ToyConfig quick = loader.load(null, List.of());
        assertThat(config.flow().steps()).isEqualTo(7);
        assertThat(config.flow().width()).isEqualTo(12);
        assertThat(config.precision()).isEqualTo(Precision.BF16);
        assertThat(config.flow().batch()).isEqualTo(quick.flow().batch());
        assertThat(config.alignment()).isEqualTo(quick.alignment());
    }

    @Test
    void wholeNumbersMayBeWrittenWithAnExponent() {
        assertThat(loader.load(null, List.of("flow.steps=1e5")).flow().steps()).isEqualTo(100_000);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "flow.step=3 | --set: the config of toy has no key flow.step; did you mean flow.steps?",
        "alignment.learningrat=3 | did you mean alignment.learningRate?",
        "keepcheckpoints=3 | did you mean log.keepCheckpoints?",
        "flow=3 | has no key flow;",
        "flow.steps | --set flow.steps is not of the form key=value",
        "flow.steps=many | config: flow.steps must be a whole number, not \"many\"",
        "flow.steps=1.5 | config: flow.steps must be a whole number, not 1.5",
        "flow.steps=3000000000 | config: flow.steps must be a whole number from -2147483648 to 2147483647, not 3000000000",
        "flow.steps=0 | config: flow.steps must be at least 1, not 0",
        "flow.learningRate=-1 | config: flow.learningRate must be positive, not -1.0",
        "flow.learningRate=NaN | config: flow.learningRate must be a number, not \"NaN\"",
        "target=moon | config: target must be one of gaussian, grid, moons, rings, spiral, swissroll, not \"moon\"",
        "precision=fp16 | config: precision must be one of float32, bf16, not \"fp16\"",
        "device=tpu | config: device 'tpu' is not one of cpu, cuda, cuda:N, meta"})
    void wrongAssignmentsAreNamed(String assignment, String message) {
        assertThatThrownBy(() -> loader.load(null, List.of(assignment))).isInstanceOf(RequestException.class)
                .hasMessageContaining(message).hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"flow\": {\"with\": 3}} | own.json: the config of toy has no key flow.with; did you mean flow.width?",
        "{\"flow\": 3} | config: flow must be a JSON object, not 3",
        "{\"seed\": \"3\"} | config: seed must be a whole number, not \"3\"",
        "{\"seed\": null} | config: seed must be a whole number, not null",
        "{\"seed\": 3 | own.json is not JSON: End of input at line 1",
        "{} {} | own.json is not JSON",
        "[] | own.json does not hold a JSON object"})
    void wrongFilesAreNamed(String content, String message) throws IOException {
        Path file = directory.resolve("own.json");
        Files.writeString(file, content);
        assertThatThrownBy(() -> loader.load(file.toString(), List.of())).isInstanceOf(RequestException.class)
                .hasMessageContaining(message).hasMessageNotContaining("\n");
    }

    @Test
    void whatIsNeitherFileNorPresetIsNamed() {
        assertThatThrownBy(() -> loader.load("papre", List.of())).isInstanceOf(RequestException.class)
                .hasMessage("--config papre is neither a file nor a preset of toy (quick, paper)");
        assertThatThrownBy(() -> loader.load("no/such.json", List.of())).isInstanceOf(RequestException.class)
                .hasMessage("no such file: no/such.json");
    }

    @Test
    void aResumedRunKeepsItsConfig() {
        ToyConfig begun = loader.load(null, List.of());
        ToyConfig asked = loader.load(null, List.of("alignment.steps=5"));
        assertThatThrownBy(() -> loader.requireSame(begun, asked, Path.of("runs/a")))
                .isInstanceOf(RequestException.class)
                .hasMessage("the run in runs/a was begun with alignment.steps = " + begun.alignment().steps()
                        + "; --resume cannot make it 5");
    }
}
