package org.flowprior.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configs that extend presets, over the presets of the stage {@code test-extends}. */
class PresetsTest {

    private static final String RESOURCES = "/org/flowprior/presets/test-extends/";

    private final ConfigLoader<Outer> loader = new ConfigLoader<>("test-extends", Outer.class, "base", "changed", "one",
            "nowhere", "number");

    @TempDir
    private Path directory;

    record Outer(@FilePath String path, @FilePath(except = "drawn:") String images, Inner inner) {}

    record Inner(Kind kind, int steps, @FilePath String file) {}

    enum Kind { FIRST, SECOND }

    private Outer load(String json) throws IOException {
        Path file = directory.resolve("own.json");
        Files.writeString(file, json);
        return loader.load(file.toString(), List.of());
    }

    @Test
    void aPresetSaysWhatDiffersFromTheOneThatItExtends() {
        assertThat(loader.load("changed", List.of())).isEqualTo(new Outer("", "", new Inner(Kind.FIRST, 2, "")));
    }

    @Test
    void aFileExtendsThePresetThatItNamesAndElseTheFirst() throws IOException {
        assertThat(load("{\"inner\": {\"file\": \"x\"}}").inner()).isEqualTo(new Inner(Kind.FIRST, 1, "x"));
        assertThat(load("{\"extends\": \"changed\", \"inner\": {\"kind\": \"second\"}}").inner())
                .isEqualTo(new Inner(Kind.SECOND, 2, ""));
    }

    @Test
    void aGroupExtendsTheSameGroupOfAnotherStage() throws IOException {
        assertThat(load("{\"inner\": {\"extends\": \"test-extends/changed\", \"file\": \"x\"}}").inner())
                .isEqualTo(new Inner(Kind.FIRST, 2, "x"));
    }

    @Test
    void presetsThatCannotBeExtendedAreNamedOnOneLine() {
        assertThatThrownBy(() -> loader.load("one", List.of())).isInstanceOf(RequestException.class)
                .hasMessage(RESOURCES + "three.json: presets extend each other in a circle: test-extends/one, "
                        + "test-extends/two, test-extends/three, test-extends/two");
        assertThatThrownBy(() -> loader.load("nowhere", List.of())).isInstanceOf(RequestException.class)
                .hasMessage(RESOURCES + "nowhere.json: there is no preset test-extends/missing");
        assertThatThrownBy(() -> loader.load("number", List.of())).isInstanceOf(RequestException.class)
                .hasMessage(RESOURCES + "number.json: extends must be the name of a preset, not 3");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"extends\": \"papre\"} | : there is no preset test-extends/papre",
        "{\"extends\": [1]} | : extends must be the name of a preset, not [1]",
        "{\"extends\": \"../toy/quick\"} | : extends must be the name of a preset, not \"../toy/quick\"",
        "{\"inner\": {\"extends\": \"changed\"}} | : inner.extends must be STAGE/PRESET, not \"changed\"",
        "{\"inner\": {\"extends\": \"toy/quick\"}} | : the preset toy/quick has no group inner",
        "{\"inner\": {\"extends\": \"toy/slow\"}} | : there is no preset toy/slow",
        "{\"extends\": \"changed\", \"iner\": 3} | : the config of test-extends has no key iner; its keys are path, images, inner.kind"})
    void filesThatExtendWhatIsNotThereAreNamed(String json, String message) {
        assertThatThrownBy(() -> load(json)).isInstanceOf(RequestException.class)
                .hasMessageStartingWith(directory.resolve("own.json") + message).hasMessageNotContaining("\n");
    }

    @Test
    void markedPathsBecomeAbsoluteAndOthersStay() {
        Outer config = new Outer("a/../b", "drawn:64", new Inner(Kind.FIRST, 1, "c"));
        assertThat(ConfigRecords.withAbsolutePaths(config)).isEqualTo(new Outer(absolute("b"), "drawn:64",
                new Inner(Kind.FIRST, 1, absolute("c"))));
        Outer other = new Outer("", "d", new Inner(Kind.FIRST, 1, ""));
        assertThat(ConfigRecords.withAbsolutePaths(other))
                .isEqualTo(new Outer("", absolute("d"), new Inner(Kind.FIRST, 1, "")));
    }

    private static String absolute(String path) {
        return Path.of(path).toAbsolutePath().toString();
    }

    @Test
    void aComponentIsReplacedByItsName() {
        Inner inner = new Inner(Kind.FIRST, 1, "");
        assertThat(ConfigRecords.with(inner, "steps", 7)).isEqualTo(new Inner(Kind.FIRST, 7, ""));
        assertThatThrownBy(() -> ConfigRecords.with(inner, "step", 7)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no step");
    }
}
