package org.flowprior.cli.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.flowprior.cli.Main;
import org.flowprior.cli.common.Session;
import org.flowprior.config.Json;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Memory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReproduceTest {

    @TempDir
    private Path directory;

    private final int threads = Libtorch.threads();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @AfterEach
    void useThreadsAsBefore() {
        Libtorch.setThreads(threads);
    }

    private int make(Subject subject, Recipe recipe) throws IOException {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        PrintWriter errors = new PrintWriter(err);
        Reproduction.Environment environment = new Reproduction.Environment(new InProcess(),
                new PrintWriter(PrintWriter.nullWriter()), errors, List.of("--quiet"));
        return new Reproduction(subject, root(), recipe, List.of("--threads", "1")).run(environment,
                new PrintWriter(out));
    }

    private Path root() {
        return directory.resolve("all");
    }

    private Map<Path, FileTime> times() throws IOException {
        Map<Path, FileTime> times = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root())) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(f -> !f.getFileName().toString().matches("table2\\..*|\\.lock")).toList()) {
                times.put(file, Files.getLastModifiedTime(file));
            }
        }
        return times;
    }

    @Test
    void aTableIsMadeOnceFromFilesThatStayAndContinuesAfterAStop() throws IOException {
        Recipe tiny = ReproduceFixture.tiny(20);
        long before = Memory.liveTensors();
        assertThat(make(Subject.TABLE2, tiny)).as(err::toString).isZero();
        assertThat(Memory.liveTensors()).isEqualTo(before);
        String printed = out.toString();
        String markdown = Files.readString(root().resolve("table2.md"));
        List<String> csv = Files.readAllLines(root().resolve("table2.csv"));
        assertThat(csv).hasSize(1 + 2 * 7).first()
                .isEqualTo("varied,autoencoder,whose,rfid,psnr,fid,is,files");
        assertThat(csv).contains("projection,PCA,paper,0.87,23.14,14.95,83.59,",
                "weight,0.05,paper,1.81,21.82,12.3,92.48,");
        String[] cells = csv.get(13).split(",");
        assertThat(cells[7]).isEqualTo(
                "evaluations/qwen-0.05-reconstruction.json evaluations/qwen-0.05.json");
        JsonObject metrics = Json.read(root().resolve("evaluations/qwen-0.05.json")).getAsJsonObject("metrics");
        assertThat(Double.parseDouble(cells[5])).isEqualTo(metrics.get("fid").getAsDouble());
        assertThat(Double.parseDouble(cells[6])).isEqualTo(metrics.get("inceptionScore").getAsDouble());
        assertThat(markdown).contains("| projection: PCA | here | ", "|  | paper | 0.87 | 23.14 | 14.95 | 83.59 |",
                "classifier features", "In place of Qwen's token embeddings");
        assertThat(printed).contains("projection: PCA", "synthetic table");
        // random projection and weight 0.01 are one run
        assertThat(csv.get(1).replace("projection,random", "")).isEqualTo(csv.get(11).replace("weight,0.01", ""));

        Map<Path, FileTime> made = times();
        assertThat(make(Subject.TABLE2, tiny)).isZero();
        assertThat(times()).isEqualTo(made);
        assertThat(root().resolve("table2.md")).hasContent(markdown);
        assertThat(out.toString()).isEqualTo(printed);

        // as if it had been stopped in the images of the last row, and in a training whose checkpoint is there
        Files.delete(root().resolve("samples/qwen-0.05.png"));
        Files.delete(root().resolve("samples/qwen-0.05/00013.png"));
        Files.delete(root().resolve("evaluations/qwen-0.05.json"));
        Files.delete(root().resolve("autoencoders/qwen-pca/summary.json"));
        assertThat(make(Subject.TABLE2, tiny)).as(err::toString).isZero();
        assertThat(Files.readAllLines(root().resolve("table2.csv"))).isEqualTo(csv);

        assertThatThrownBy(() -> make(Subject.TABLE2, ReproduceFixture.tiny(30)))
                .isInstanceOf(RequestException.class).hasMessageContaining("--count 20")
                .hasMessageEndingWith("choose another --out");
    }

    @Test
    void aDryRunPrintsTheCommandsThatAreLeft() throws IOException {
        assertThat(run("fig3", "--dry-run", "--threads", "1", "--out", root().toString())).as(err::toString).isZero();
        assertThat(out.toString()).startsWith("flowprior toy --target gaussian ").contains(" --threads 1")
                .contains("--out " + root().resolve("toy/gaussian")).hasLineCount(1);
        assertThat(run("table2", "--dry-run", "--out", root().toString())).isZero();
        assertThat(out.toString().lines()).hasSizeGreaterThan(20).allMatch(line -> line.startsWith("flowprior "));
        assertThat(root()).doesNotExist();
        assertThat(run("embeddings", "--dry-run", "--out", "x.safetensors")).isEqualTo(2);
        assertThat(err.toString()).contains("embeddings is one step");
    }

    @Test
    void aStepThatFailsIsNamed() throws IOException {
        Files.createDirectories(root().resolve("classifier.safetensors"));
        assertThatThrownBy(() -> make(Subject.TABLE2, ReproduceFixture.tiny(20)))
                .hasMessageContaining("classifier.safetensors exists").hasMessageContaining("steps.json");
        Files.delete(root().resolve("classifier.safetensors"));
        Files.createDirectories(root().resolve("priors"));
        Files.writeString(root().resolve("priors/qwen"), "in the way");
        assertThat(make(Subject.TABLE2, ReproduceFixture.tiny(20))).isEqualTo(2);
        assertThat(err.toString()).contains("qwen is a file")
                .endsWith("flowprior: the step priors/qwen is not done; the same command continues it\n");
    }

    @Test
    void anEmbeddingTableHasClustersAndADecayingSpectrumAndIsTheSameAgain() throws IOException {
        Path file = directory.resolve("embeddings.safetensors");
        Path again = directory.resolve("again.safetensors");
        assertThat(run("embeddings", "--rows", "300", "--out", file.toString())).as(err::toString).isZero();
        assertThat(run("embeddings", "--rows", "300", "--out", again.toString())).isZero();
        assertThat(again).hasSameBinaryContentAs(file);
        try (var scope = org.flowprior.torch.Scope.open()) {
            var table = org.flowprior.torch.io.Safetensors.load(file).get("model.embed_tokens.weight");
            assertThat(table.shape()).containsExactly(300, 896);
            assertThat(table.std().item()).isCloseTo(0.0156, within(1e-6));
            float[] spectrum = org.flowprior.torch.Linalg.svdvals(table).toFloatArray();
            assertThat(spectrum[0]).isGreaterThan(5 * spectrum[64]);
            // some rows are much nearer to others than rows are in the mean, for they share a centre
            var distances = org.flowprior.torch.Torch.cdist(table, table);
            double mean = distances.mean().item();
            double nearest = distances.kthvalue(2).values().mean().item();
            assertThat(nearest).isLessThan(0.7 * mean);
        }
    }

    private int run(String... words) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] all = Stream.concat(Stream.of("-q", "reproduce"), Stream.of(words)).toArray(String[]::new);
        return Main.run(new PrintWriter(out), new PrintWriter(err), all);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "table1 --scale paper --images i --validation v | also needs --encoder, --vgg, --lpips-heads, --dino, "
                + "--inception, --vae, --dinov2, --vq, --qwen",
        "fig4 --scale paper --qwen q --vae v --vq c | fig4 also needs --images, --validation, --encoder, --vgg, "
                + "--lpips-heads, --dino, --dinov2",
        "table1 --images i | --images and --validation go together",
        "table1 --vgg f | --vgg goes with --scale paper",
        "table1 --rows 5 | --rows goes with embeddings",
        "embeddings | embeddings needs a file",
        "embeddings --rows 0 --out f | --rows must be at least 1, not 0",
        "table2 --threads 0 | --threads must be 1 to 1024, not 0",
        "table3 | 'WHAT'",
        "table2 --images absent --validation absent | no such file: absent",
    })
    void whatCannotBeMadeIsSaidInALine(String words, String message) {
        assertThat(run(words.split(" "))).isEqualTo(2);
        assertThat(err.toString()).contains(message).hasLineCount(1);
    }

    /** Runs the commands of the steps for real, without a terminal. */
    private record InProcess() implements Session {

        @Override
        public Console console() {
            return Console.silent();
        }

        @Override
        public BooleanSupplier stopRequests(String announcement) {
            return () -> false;
        }

        @Override
        public int run(PrintWriter out, PrintWriter err, Runnable last, List<String> words) {
            return Main.run(out, err, last, words.toArray(String[]::new));
        }
    }
}
