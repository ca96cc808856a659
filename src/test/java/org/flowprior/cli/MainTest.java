package org.flowprior.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flowprior.torch.Libtorch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MainTest {

    private static final List<String> TINY = List.of("--quiet", "--threads", "1", "-s", "flow.width=8", "-s",
            "flow.blocks=1",
            "-s", "flow.steps=4", "-s", "flow.batch=16", "-s", "alignment.steps=5", "-s", "alignment.latents=20", "-s",
            "figures.dataPoints=30", "-s", "figures.grid=4", "-s", "figures.landscapeTimes=2");

    private static int threads;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    @BeforeAll
    static void rememberThreads() {
        threads = Libtorch.threads();
    }

    @AfterAll
    static void useThreadsAsBefore() {
        Libtorch.setThreads(threads);
    }

    private int run(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    private int toy(Path path, String... more) {
        List<String> args = new ArrayList<>(List.of("toy", "--out", path.toString()));
        args.addAll(TINY);
        args.addAll(List.of(more));
        return run(args.toArray(String[]::new));
    }

    private static List<String> commands() {
        return new ArrayList<>(Main.commandLine(new Main()).getSubcommands().keySet());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandExplainsItself(String command) {
        assertThat(run(command, "--help")).isZero();
        assertThat(out.toString()).startsWith("Usage: flowprior " + command).contains("--help");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void theVersionIsOneLine() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).startsWith("flowprior ").hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "dance | flowprior: unknown command dance; flowprior --help lists what there is",
        "toy --sede 3 | flowprior: unknown option --sede; did you mean --seed? flowprior toy --help lists",
        "toy --frobnicate | flowprior: unknown option --frobnicate; flowprior toy --help lists what there is",
        "train-flo --bank x | flowprior: unknown command train-flo; did you mean train-flow? flowprior --help lists",
        "forward velocity-mpl | flowprior: unknown module velocity-mpl; did you mean velocity-mlp? flowprior forward",
        "inspect a b | flowprior: unknown argument b; flowprior inspect --help lists what there is",
        "reproduce tabel1 | flowprior: WHAT must be one of fig3, fig4, fig5, fig6, table1, table2, embeddings, not tabel1; did",
        "reproduce fig9 | flowprior: WHAT must be one of fig3, fig4, fig5, fig6, table1, table2, embeddings, not fig9",
        "bench --threads 9999 | flowprior: --threads must be 1 to 1024, not 9999 (this machine has ",
        "toy --threads 9999 | flowprior: config: threads must be at most 1024, not 9999",
        "toy --set foo=1 | flowprior: --set: the config of toy has no key foo; flowprior toy --help-config lists",
        "toy --seed x | flowprior: Invalid value for option '--seed'",
        "toy --set flow.stesp=3 | flowprior: --set: the config of toy has no key flow.stesp; did you mean flow.steps?",
        "toy --config nowhere.json | flowprior: no such file: nowhere.json",
        "toy --device cuda:99 | flowprior: --device cuda:99 is not there",
        "toy --resume --out nowhere | flowprior: nowhere holds no run to resume",
        "inspect nowhere.safetensors | flowprior: nowhere.safetensors"})
    void aWrongRequestIsOneLineAndTwo(String line, String message) {
        assertThat(run(line.split(" "))).isEqualTo(2);
        assertThat(err.toString()).startsWith(message).hasLineCount(1);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aFailureIsOneLineAndOneAndVerboseShowsWhere() {
        assertThat(toy(directory.resolve("a"), "-s", "flow.learningRate=1e30", "-s", "flow.steps=30")).isEqualTo(1);
        assertThat(err.toString())
                .matches("flowprior: flow: loss is (NaN|Infinity) at step \\d+; try a lower learning rate\n");
        assertThat(toy(directory.resolve("b"), "-s", "flow.learningRate=1e30", "-s", "flow.steps=30", "-v"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("DivergedException").contains("\tat org.flowprior.train.");
    }

    @Test
    void theToyWritesItsRunDirectory() throws IOException {
        Path run = directory.resolve("toy");
        assertThat(toy(run)).isZero();
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).contains("latents within 3 sigma")
                .contains(run.resolve("figures/figure3.png").toString());
        for (String file : List.of("config.json", "metrics.jsonl", "flow.safetensors", "latents.safetensors",
                "checkpoints/last/state.json", "figures/figure3.png", "figures/figure3c.csv")) {
            assertThat(run.resolve(file)).isNotEmptyFile();
        }
        JsonObject summary = JsonParser.parseString(Files.readString(run.resolve("summary.json"))).getAsJsonObject();
        for (String key : List.of("latentsWithin3Sigma", "pearson", "spearman", "nllLatents", "nllData", "alignLoss",
                "seconds")) {
            assertThat(summary.get(key).getAsDouble()).as(key).isFinite();
        }
        assertThat(run("inspect", run.resolve("flow.safetensors").toString())).isZero();
        assertThat(out.toString()).contains("net.input_proj.weight").contains("[8, 2]").contains("timeConvention")
                .contains("paper").doesNotContain("NaN");

        assertThat(toy(run)).isEqualTo(2);
        assertThat(err.toString()).startsWith("flowprior: " + run + " holds a run already (config.json); --resume");
        assertThat(toy(run, "--resume", "-s", "flow.width=9")).isEqualTo(2);
        assertThat(err.toString()).contains("was begun with flow.width = 8; --resume cannot make it 9");
        assertThat(run("toy", "--out", run.toString(), "--resume", "--quiet")).isZero();
        JsonObject again = JsonParser.parseString(Files.readString(run.resolve("summary.json"))).getAsJsonObject();
        assertThat(again.get("nllLatents")).isEqualTo(summary.get("nllLatents"));
    }

    @Test
    void theDoctorFindsEverythingAndChecksIt() {
        assertThat(run("doctor")).isZero();
        assertThat(out.toString()).contains("libtorch    2.").contains("gradient 2, 4, 6: correct")
                .contains("threads").contains("cuda").contains("search");
    }
}
