package org.flowprior.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flowprior.cli.Main;
import org.flowprior.fixtures.Caches;
import org.flowprior.torch.Libtorch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainMarTest {

    private static final List<String> TINY = List.of("model.width=8", "model.encoderDepth=1", "model.decoderDepth=1",
            "model.heads=2", "model.bufferSize=2", "model.head.depth=1", "model.head.width=8",
            "model.head.multiplicity=1", "training.steps=4", "training.warmupSteps=2", "training.batch=8",
            "evaluation.images=6", "evaluation.batch=3", "log.every=2");

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
        List<String> all = new ArrayList<>(List.of("-q", "train-mar", "--threads", "1"));
        all.addAll(List.of(arguments));
        return Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(new String[0]));
    }

    private String[] tiny(String... arguments) {
        List<String> all = new ArrayList<>();
        TINY.forEach(setting -> all.addAll(List.of("--set", setting)));
        all.addAll(List.of(arguments));
        return all.toArray(new String[0]);
    }

    private Path cache() {
        return Caches.normal(directory.resolve("cache"), 40, 4, 2);
    }

    @Test
    void trainsAGeneratorOnACacheAndPrintsItsQuality() throws IOException {
        Path run = directory.resolve("run");
        assertThat(run(tiny("--cache", cache().toString(), "--out", run.toString()))).as(err::toString).isZero();
        assertThat(out.toString().lines()).hasSize(4).first().asString().matches("images trained on, held out +34, 6");
        assertThat(out.toString()).containsPattern("loss on held-out images, mean over channels +[\\d.]+\n")
                .contains("mar.safetensors");
        assertThat(run.resolve("mar.safetensors")).exists();
        assertThat(run.resolve("summary.json")).content().contains("\"heldOutLoss\":", "\"trainingImages\": 34",
                "\"scaling\": 2.0", "\"classes\": 3");
        assertThat(Files.readString(run.resolve("metrics.jsonl"))).contains("\"maskedShare\":", "\"learningRate\":");

        assertThat(run("--resume", "--out", run.toString())).as(err::toString).isZero();
        assertThat(run("--resume", "--out", run.toString(), "--set", "training.batch=4")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("flowprior: the run in " + run
                + " was begun with training.batch = 8; --resume cannot make it 4\n");
    }

    @Test
    void nothingIsSaidOfImagesThatAreNotMeasured() {
        assertThat(run(tiny("--cache", cache().toString(), "--out", directory.resolve("run").toString(), "--set",
                "evaluation.images=0"))).as(err::toString).isZero();
        assertThat(out.toString()).hasLineCount(3).doesNotContain("loss");
    }

    @Test
    void aSizeGivesWayToWhatIsSet() throws IOException {
        Path run = directory.resolve("run");
        assertThat(run(tiny("--size", "large", "--cache", cache().toString(), "--out", run.toString())))
                .as(err::toString).isZero();
        assertThat(run.resolve("config.json")).content().contains("\"width\": 8");
        assertThat(run("--size", "enormous", "--cache", "c")).isEqualTo(2);
        assertThat(err.toString()).contains("--size must be one of base, large, huge, not enormous");
    }

    @Test
    void aCacheThatIsNotThereOrDoesNotFitIsNamed() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).isEqualTo(
                "flowprior: train-mar needs a latent cache: --cache DIR names it, and flowprior encode makes one\n");
        Path run = directory.resolve("run");
        Path missing = directory.resolve("missing");
        assertThat(run("--cache", missing.toString(), "--out", run.toString())).isEqualTo(2);
        assertThat(err.toString()).startsWith("flowprior: " + missing).hasLineCount(1);
        assertThat(run("--resume")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo(
                "flowprior: --resume needs the run's directory: --out DIR names it, or --cache DIR the latents\n");
        String cache = cache().toString();
        assertThat(run("--cache", cache, "--out", run.toString(), "--set", "evaluation.images=0")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("flowprior: " + cache + " has 40 images to train on, fewer than a batch "
                + "of 64; lower training.batch\n");
        assertThat(run(tiny("--cache", cache, "--out", run.toString(), "--set", "model.weights="
                + directory.resolve("absent.safetensors")))).isEqualTo(2);
        assertThat(err.toString()).contains("absent.safetensors").hasLineCount(1);
        assertThat(run).doesNotExist();
    }
}
