package org.flowprior.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flowprior.cli.common.RunOptions;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.Precision;
import org.flowprior.train.Logging;
import org.flowprior.train.StageConfig;
import org.flowprior.train.TrainingRun;
import org.flowprior.train.flow.FlowTrainingConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The config of a run of an older version, {@code old/flow}, read by a version whose records have more keys. */
class AbsentTest {

    private static final String NOTICE = "config.json is older than some keys; they get what older runs had: ";

    /** A group that older versions did not have. */
    public record Drift(@Absent("0.25") double rate, @Absent("pca") FlowTrainingConfig.ProjectionKind kind) {}

    /** A known group with a new key. */
    public record Noise(long level, @Absent("true") boolean white) {}

    /** The config of {@code train-flow} with a new key and a new group. */
    public record Newer(long seed, String device, int threads, Precision precision, FlowTrainingConfig.Data data,
            FlowTrainingConfig.Projection projection, FlowTrainingConfig.Network network,
            FlowTrainingConfig.Training training, FlowTrainingConfig.Evaluation evaluation, Logging log,
            @Absent("a, b = c") String note, Drift drift) implements StageConfig<Newer> {}

    /** The same with a key that states no value. */
    public record Unstated(long seed, String device, int threads, Precision precision, FlowTrainingConfig.Data data,
            FlowTrainingConfig.Projection projection, FlowTrainingConfig.Network network,
            FlowTrainingConfig.Training training, FlowTrainingConfig.Evaluation evaluation, Logging log,
            @Absent("1") int stated, double unstated) {}

    /** A group of which only a part states values. */
    private record Partly(@Absent("1") int stated, double unstated) {}

    private record WithPartly(Partly partly) {}

    private record WithNoise(Noise noise) {}

    /** A command with a run directory. */
    @Command(name = "train")
    private static final class Resuming {
        @Mixin
        private RunOptions options;
    }

    private static final Path OLD = Resources.path("old/flow/config.json");

    @TempDir
    private Path directory;

    private static <T extends Record> ConfigLoader<T> loader(Class<T> type) {
        return new ConfigLoader<>("train-flow", type, "quick");
    }

    @Test
    void aKeyThatARunLacksGetsWhatOlderRunsHad() {
        List<String> said = new ArrayList<>();
        Newer config = loader(Newer.class).read(OLD, List.of("drift.rate=3"), said::add);
        assertThat(config.note()).isEqualTo("a, b = c");
        assertThat(config.drift()).isEqualTo(new Drift(3, FlowTrainingConfig.ProjectionKind.PCA));
        FlowTrainingConfig old = FlowTrainingConfig.loader().read(OLD, List.of());
        assertThat(config.training()).isEqualTo(old.training());
        assertThat(said).singleElement().asString()
                .endsWith(NOTICE + "note = \"a, b = c\", drift.rate = 0.25, drift.kind = \"pca\"");
    }

    @Test
    void keysThatARunHasStay() throws IOException {
        Path file = directory.resolve("config.json");
        List<String> said = new ArrayList<>();
        Files.writeString(file, "{\"noise\": {\"level\": 3, \"white\": false}}");
        assertThat(loader(WithNoise.class).read(file, List.of(), said::add).noise()).isEqualTo(new Noise(3, false));
        assertThat(said).isEmpty();
        Files.writeString(file, "{\"noise\": {\"level\": 3}}");
        assertThat(loader(WithNoise.class).read(file, List.of(), said::add).noise()).isEqualTo(new Noise(3, true));
        assertThat(said).containsExactly(file.getParent() + "/" + NOTICE + "noise.white = true");
    }

    @Test
    void aKeyThatStatesNothingIsStillAnError() throws IOException {
        assertThatThrownBy(() -> loader(Unstated.class).read(OLD, List.of())).isInstanceOf(RequestException.class)
                .hasMessage("the config has no unstated");
        Path file = directory.resolve("config.json");
        Files.writeString(file, "{}");
        assertThatThrownBy(() -> loader(WithPartly.class).read(file, List.of())).isInstanceOf(RequestException.class)
                .hasMessage("the config has no partly");
        assertThatThrownBy(() -> loader(WithPartly.class).read(file, List.of("partly.stated=2")))
                .isInstanceOf(RequestException.class)
                .hasMessage("the config has no partly, in which --set partly.stated=2 changes a key");
        Files.writeString(file, "{\"noise\": {}}");
        assertThatThrownBy(() -> loader(WithNoise.class).read(file, List.of())).isInstanceOf(RequestException.class)
                .hasMessage("the config has no noise.level");
        Files.writeString(file, "{\"noise\": 3}");
        assertThatThrownBy(() -> loader(WithNoise.class).read(file, List.of())).isInstanceOf(RequestException.class)
                .hasMessage("config: noise must be a JSON object, not 3");
    }

    /** Presets are complete, and a user's file takes what it leaves out from them, not from {@code Absent}. */
    @Test
    void onlyConfigsOfRunsAreFilledIn() {
        assertThatThrownBy(() -> loader(Newer.class).load(null, List.of())).isInstanceOf(RequestException.class)
                .hasMessage("the config has no note");
    }

    @Test
    void aStatementOfAnotherTypeIsAnErrorAtOnce() {
        record Wrong(@Absent("many") int count) {}
        assertThatThrownBy(() -> loader(Wrong.class)).isInstanceOf(RequestException.class)
                .hasMessageContaining("count must be a whole number");
    }

    @Test
    void resumingSaysItInALineOnStandardError() throws IOException {
        Resuming command = new Resuming();
        StringWriter errors = new StringWriter();
        CommandLine line = new CommandLine(command).setErr(new PrintWriter(errors));
        line.parseArgs("--resume", "--out", directory.toString());
        Files.writeString(directory.resolve("config.json"), Files.readString(OLD).replace("@OLD@", "/old"));
        try (TrainingRun run = TrainingRun.resume(directory)) {
            Newer begun = command.options.resumed(loader(Newer.class), run, List.of());
            assertThat(begun.drift().rate()).isEqualTo(0.25);
        }
        assertThat(errors.toString()).startsWith("flowprior: " + directory).contains(NOTICE).hasLineCount(1);
    }
}
