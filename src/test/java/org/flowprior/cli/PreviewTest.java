package org.flowprior.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.Json;
import org.flowprior.fixtures.Banks;
import org.flowprior.torch.Libtorch;
import org.flowprior.train.autoencoder.AutoencoderTrainingConfig;
import org.flowprior.train.flow.FlowTrainingConfig;
import org.flowprior.train.mar.MarTrainingConfig;
import org.flowprior.train.toy.ToyConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The options {@code --help-config}, {@code --print-config} and {@code --dry-run}. */
class PreviewTest {

    private static final Map<String, ConfigLoader<?>> LOADERS = Map.of("toy", ToyConfig.loader(), "train-flow",
            FlowTrainingConfig.loader(), "train-autoencoder", AutoencoderTrainingConfig.loader(), "train-mar",
            MarTrainingConfig.loader());

    @TempDir
    private Path directory;

    private final int threads = Libtorch.threads();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @AfterEach
    void useThreadsAsBefore() {
        Libtorch.setThreads(threads);
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.map(Path::toString).sorted().toList();
        }
    }

    private static <T extends Record> JsonObject loaded(ConfigLoader<T> loader, String preset, List<String> settings) {
        return loader.toJson(loader.load(preset, settings));
    }

    /** The lines of the help are what --set takes, so all of them on top of another preset give the listed one. */
    @ParameterizedTest
    @CsvSource({"toy,paper,quick", "train-flow,official,quick", "train-autoencoder,official-softvq,quick-kl",
        "train-mar,paper,quick"})
    void helpListsEveryKeyAsSetTakesIt(String command, String preset, String other) {
        assertThat(run(command, "--config", preset, "--help-config")).as(err::toString).isZero();
        List<String> settings = out.toString().lines().filter(line -> line.matches("[A-Za-z].*?=.*")).toList();
        ConfigLoader<?> loader = LOADERS.get(command);
        assertThat(loaded(loader, other, settings)).isEqualTo(loaded(loader, preset, List.of()));
        assertThat(out.toString().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(out.toString()).contains("log.checkpointEvery=", "    steps between checkpoints, at least 1;");
    }

    @Test
    void helpNamesValuesAndShowsWhatOptionsChange() {
        assertThat(run("train-mar", "--help-config", "--set", "model.head.width=77", "--size", "large")).isZero();
        assertThat(out.toString()).contains("model.head.width=77\n", "\nmodel.*: the generator\n",
                "model.head.kind=flow\n    flow or diffusion (one of flow, diffusion)\n", "model.width=1024\n");
        assertThat(run("train-mar", "--help-config", "--set", "model.head.wdth=77")).isEqualTo(2);
        assertThat(err.toString()).contains("model.head.width");
    }

    @ParameterizedTest
    @CsvSource({"toy,paper", "train-flow,official", "train-autoencoder,official-kl", "train-mar,quick"})
    void theConfigIsPrintedAndReadAgain(String command, String preset) throws IOException {
        assertThat(run(command, "--config", preset, "--seed", "77", "--print-config")).as(err::toString).isZero();
        JsonObject printed = Json.parse(out.toString(), "standard output");
        assertThat(printed.get("seed").getAsInt()).isEqualTo(77);
        JsonObject expected = loaded(LOADERS.get(command), preset, List.of("seed=77"));
        assertThat(printed.toString()).isEqualTo(expected.toString());
        Path file = Files.writeString(directory.resolve("mine.json"), out.toString());
        String first = out.toString();
        assertThat(run(command, "--config", file.toString(), "--print-config")).as(err::toString).isZero();
        assertThat(out.toString()).isEqualTo(first);
        assertThat(files()).hasSize(2);
    }

    @Test
    void aDryRunOpensTheDataAndWritesNothing() throws IOException {
        Path bank = Banks.normal(directory.resolve("bank"), 200, 6, 1);
        Path run = directory.resolve("runs/one");
        List<String> words = new ArrayList<>(List.of("-q", "train-flow", "--threads", "1", "--bank", bank.toString(),
                "--out", run.toString(), "--set", "evaluation.rows=30", "--set", "projection.kind=none", "--set",
                "training.steps=6", "--set", "training.warmupSteps=2", "--set", "training.batch=16", "--set",
                "network.width=8"));
        words.add("--dry-run");
        List<String> before = files();
        assertThat(run(words.toArray(String[]::new))).as(err::toString).isZero();
        assertThat(out.toString()).contains("would run  train-flow, 6 steps\n", run + ", a new run\n",
                "cpu, threads 1, float32", "reads      data.bank=" + bank + "\n").hasLineCount(4);
        assertThat(files()).isEqualTo(before);

        words.addAll(List.of("--set", "evaluation.rows=150"));
        assertThat(run(words.toArray(String[]::new))).isEqualTo(2);
        assertThat(err.toString()).contains("holding out 150").hasLineCount(1);
        assertThat(files()).isEqualTo(before);

        words.removeLast();
        words.removeLast();
        words.removeLast();
        assertThat(run(words.toArray(String[]::new))).as(err::toString).isZero();
        before = files();
        words.add("--dry-run");
        assertThat(run(words.toArray(String[]::new))).isEqualTo(2);
        assertThat(err.toString()).contains(run + " holds a run already");
        assertThat(run("train-flow", "--resume", "--out", run.toString(), "--dry-run")).as(err::toString).isZero();
        assertThat(out.toString()).contains(run + ", after step 6\n");
        assertThat(run("train-flow", "--resume", "--out", run.toString(), "--print-config")).isZero();
        assertThat(Json.parse(out.toString(), "out")).isEqualTo(Json.read(run.resolve("config.json")));
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void aDryRunOfTheToyWritesNothing() throws IOException {
        Path run = directory.resolve("toy");
        assertThat(run("toy", "--target", "all", "--threads", "1", "--out", run.toString(), "--dry-run")).isZero();
        assertThat(out.toString()).contains("toy, all targets", "steps of the flow", run + ", a new run");
        assertThat(run("toy", "--target", "all", "--print-config")).isZero();
        assertThat(Json.parse(out.toString(), "out").has("target")).isFalse();
        Path file = Files.writeString(directory.resolve("file"), "");
        List<String> before = files();
        assertThat(run("toy", "--out", file.resolve("run").toString(), "--dry-run")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("flowprior: " + file.resolve("run") + " cannot be made: " + file
                + " is a file\n");
        assertThat(files()).isEqualTo(before);
    }
}
