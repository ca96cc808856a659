package org.flowprior.cli.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.flowprior.cli.Main;
import org.flowprior.cli.common.ErrorReport;
import org.flowprior.console.Console;
import org.flowprior.fixtures.SmallRun;
import org.flowprior.torch.Libtorch;
import org.flowprior.train.flow.FlowTraining;
import org.flowprior.train.flow.FlowTrainingConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs whose files were damaged, edited or removed. */
class DamagedRunTest {

    @TempDir
    private Path place;

    private final int threads = Libtorch.threads();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeData() throws IOException {
        SmallRun.writeData(place);
    }

    @AfterEach
    void useThreadsAsBefore() {
        Libtorch.setThreads(threads);
    }

    private Path run() {
        return place.resolve("run");
    }

    private Path checkpoint(int step) {
        return run().resolve("checkpoints/step-%08d".formatted(step));
    }

    private int resume(String... more) {
        err.getBuffer().setLength(0);
        String[] words = Stream.concat(Stream.of("-q", "train-flow", "--out", run().toString()), Stream.of(more))
                .toArray(String[]::new);
        return Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), words);
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 4;
        Files.write(file, bytes);
    }

    @Test
    void theIntactCheckpointBeforeADamagedOneIsOfferedAndTaken() throws IOException {
        SmallRun.FLOW.train(place, run());
        byte[] whole = Files.readAllBytes(run().resolve("prior.safetensors"));
        byte[] rows = Files.readAllBytes(run().resolve("metrics.jsonl"));
        flip(checkpoint(4).resolve("ema.safetensors"));
        assertThat(resume("--resume")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("flowprior: " + checkpoint(4) + " is damaged: the bytes of "
                + "ema.safetensors are not those that were written; --resume-from 2 continues from step-00000002, which "
                + "is intact\n");
        Files.delete(run().resolve("prior.safetensors"));
        assertThat(resume("--resume-from", "2")).as(err::toString).isZero();
        assertThat(run().resolve("prior.safetensors")).hasBinaryContent(whole);
        assertThat(run().resolve("metrics.jsonl")).hasBinaryContent(rows);
        assertThat(checkpoint(4)).exists();
        assertThat(run().resolve("checkpoints/step-00000004.set-aside")).exists();
        assertThat(resume("--resume")).as(err::toString).isZero();

        for (String name : List.of("step-00000002", checkpoint(2).toString())) {
            assertThat(resume("--resume-from", name)).as(err::toString).isZero();
        }
        assertThat(resume("--resume-from", "3")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("flowprior: " + run().resolve("checkpoints")
                + " has no checkpoint 3; it has those of the steps 2, 4\n");
        flip(checkpoint(2).resolve("state.json"));
        flip(checkpoint(4).resolve("random.safetensors"));
        assertThat(resume("--resume")).isEqualTo(2);
        assertThat(err.toString()).endsWith("; no older checkpoint is intact\n");
    }

    @Test
    void metricsThatAreNotTextAreNamed() throws IOException {
        SmallRun.FLOW.trainHalf(place, run());
        Path metrics = run().resolve("metrics.jsonl");
        byte[] rows = Files.readAllBytes(metrics);
        Files.write(metrics, new byte[] {(byte) 0xff, (byte) 0xc3, '\n'}, StandardOpenOption.APPEND);
        assertThat(resume("--resume")).as(err::toString).isZero();
        assertThat(Files.readString(metrics)).startsWith(new String(rows)).hasLineCount(5);

        byte[] all = Files.readAllBytes(metrics);
        all[3] = (byte) 0xff;
        Files.write(metrics, all);
        assertThat(resume("--resume")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("flowprior: " + metrics + ": line 1 is not a row of metrics; remove it, "
                + "or put the file back as it was\n");
        assertThat(metrics).hasBinaryContent(all);
    }

    @ParameterizedTest
    @CsvSource({"seed, 0, 7, false", "training.steps, 4, 6, true", "log.every, 1, 2, true",
        "training.learningRate, 0.001, 0.01, false"})
    void anEditedSettingIsNamed(String key, String before, String after, boolean accepted) throws IOException {
        SmallRun.FLOW.trainHalf(place, run());
        Path config = run().resolve("config.json");
        String name = key.substring(key.indexOf('.') + 1);
        String text = Files.readString(config);
        String edited = text.replaceFirst("\"" + name + "\": [^,\\n]+", "\"" + name + "\": " + after);
        if (key.equals("log.every")) {
            int log = text.indexOf("\"log\"");
            edited = text.substring(0, log) + text.substring(log).replaceFirst("\"every\": 1", "\"every\": 2");
        }
        assertThat(edited).isNotEqualTo(text);
        Files.writeString(config, edited);
        assertThat(resume("--resume")).as(err::toString).isEqualTo(accepted ? 0 : 2);
        assertThat(err.toString()).startsWith("flowprior: " + config + ": " + key + " is " + after + ", and ")
                .contains(" in " + checkpoint(2)).hasLineCount(1);
        assertThat(err.toString()).endsWith(accepted ? "; continuing with " + after + "\n"
                : "; put it back, or begin another run\n");
    }

    @Test
    void aRunWhoseDirectoryIsRemovedFails() throws IOException {
        Path moved = place.resolve("moved");
        int[] asked = {0};
        FlowTraining training = new FlowTraining();
        FlowTrainingConfig config = training.config("quick", "data.bank=" + place.resolve("bank"), "network.width=8",
                "network.blocks=1", "projection.dimension=3", "training.batch=16", "evaluation.rows=30",
                "evaluation.references=60", "evaluation.sampleSteps=2", "training.steps=4", "threads=1");
        assertThatThrownBy(() -> training.run(run(), config,
                Console.silent(), () -> {
                    if (++asked[0] == 2) {
                        rename(run(), moved);
                    }
                    return false;
                })).hasMessageContaining(run() + " was removed, renamed or replaced while the run was going on")
                .satisfies(e -> assertThat(ErrorReport.report(e, false,
                        new PrintWriter(err))).isEqualTo(1));
        assertThat(run()).doesNotExist();
    }

    private static void rename(Path from, Path to) {
        assertThat(from.toFile().renameTo(to.toFile())).isTrue();
    }
}
