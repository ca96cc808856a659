package org.flowprior.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flowprior.cli.Main;
import org.flowprior.fixtures.Banks;
import org.flowprior.flow.FlowPrior;
import org.flowprior.torch.Libtorch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainFlowTest {

    private static final List<String> TINY = List.of("network.width=8", "network.blocks=1", "training.steps=6",
            "training.warmupSteps=2", "training.batch=16", "projection.dimension=3", "evaluation.rows=30",
            "evaluation.references=60", "evaluation.sampleSteps=2", "evaluation.projections=2", "log.every=2");

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
        List<String> all = new ArrayList<>(List.of("-q", "train-flow", "--threads", "1"));
        all.addAll(List.of(arguments));
        return Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(new String[0]));
    }

    private String[] tiny(String... arguments) {
        List<String> all = new ArrayList<>();
        TINY.forEach(setting -> all.addAll(List.of("--set", setting)));
        all.addAll(List.of(arguments));
        return all.toArray(new String[0]);
    }

    private Path bank() {
        return Banks.normal(directory.resolve("bank"), 200, 6, 1);
    }

    @Test
    void trainsAPriorOnABankAndPrintsItsQuality() throws IOException {
        Path run = directory.resolve("run");
        assertThat(run(tiny("--bank", bank().toString(), "--out", run.toString()))).as(err::toString).isZero();
        assertThat(out.toString().lines()).hasSize(6).first().asString().matches("rows trained on, held out +170, 30");
        assertThat(out.toString()).containsPattern("loss on held-out rows, mean over channels +[\\d.]+\n")
                .containsPattern("mean log r_5, samples and data +-?[\\d.]+, -?[\\d.]+\n")
                .contains("prior.safetensors");
        try (FlowPrior prior = FlowPrior.read(run.resolve("prior.safetensors"))) {
            assertThat(prior.dimension()).isEqualTo(3);
        }
        assertThat(run.resolve("summary.json")).content().contains("\"heldOutLoss\":", "\"trainingRows\": 170");
        assertThat(run.resolve("config.json")).content().contains("\"timeConvention\": \"official\"");

        assertThat(run("--resume", "--out", run.toString())).as(err::toString).isZero();
        assertThat(run("--resume", "--out", run.toString(), "--set", "training.batch=32")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("flowprior: the run in " + run
                + " was begun with training.batch = 16; --resume cannot make it 32\n");
    }

    @Test
    void aRunMayBeShorterThanItsWarmup() {
        Path run = directory.resolve("run");
        assertThat(run(tiny("--bank", bank().toString(), "--out", run.toString(), "--set", "training.warmupSteps=100",
                "--set", "training.warmupStart=0.0001", "--set", "training.learningRate=0.001")))
                .as(err::toString).isZero();
        // 1e-4 + 5 (1e-3 - 1e-4) / 100 in the last of 6 steps
        assertThat(run.resolve("metrics.jsonl")).content().containsPattern("\"step\":6,.*\"learningRate\":1.45");
    }

    @Test
    void aBankThatIsNotThereIsNamed() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).isEqualTo(
                "flowprior: train-flow needs a feature bank: --bank DIR names it, and flowprior features makes one\n");
        Path run = directory.resolve("run");
        Path missing = directory.resolve("missing");
        assertThat(run("--bank", missing.toString(), "--out", run.toString())).isEqualTo(2);
        assertThat(err.toString()).startsWith("flowprior: " + missing).hasLineCount(1);
        assertThat(run).doesNotExist();
        assertThat(run("--resume")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo(
                "flowprior: --resume needs the run's directory: --out DIR names it, or --bank DIR the bank\n");
    }

    @Test
    void aConfigThatDoesNotFitTheBankIsSaidInALine() {
        String bank = bank().toString();
        Path run = directory.resolve("a");
        assertThat(run(tiny("--bank", bank, "--out", run.toString(), "--set", "projection.kind=average-pooling",
                "--set", "projection.dimension=4"))).isEqualTo(2);
        assertThat(err.toString()).contains("6 is not a multiple of 4").hasLineCount(1);
        assertThat(run(tiny("--bank", bank, "--out", run.toString(), "--set", "projection.kind=pca", "--set",
                "projection.dimension=7"))).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("flowprior: " + bank + ": features of 6 channels have no 7 principal "
                + "components; lower projection.dimension\n");
        assertThat(run(tiny("--bank", bank, "--out", run.toString(), "--set", "evaluation.rows=150"))).isEqualTo(2);
        assertThat(err.toString()).contains("200 rows: holding out 150 (evaluation.rows)").hasLineCount(1);
        assertThat(run).doesNotExist();
    }
}
