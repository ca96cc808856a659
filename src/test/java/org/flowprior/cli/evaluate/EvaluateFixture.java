package org.flowprior.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.flowprior.cli.Main;
import org.flowprior.config.Json;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Libtorch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Shared parts of tests of {@code flowprior evaluate}: images and a network of tools/oracle/evaluate.py, and a report. */
@InScope
abstract class EvaluateFixture {

    /** Where the script writes. */
    static final Path MADE = Path.of("src/test/resources/org/flowprior/cli/evaluate");
    static final Path IMAGES = MADE.resolve("images.npz");
    static final Path COPIES = MADE.resolve("copies.npz");
    static final String NETWORK = "torchscript:" + MADE.resolve("network.torchscript");

    private static int threads;

    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    @BeforeAll
    static void rememberThreads() {
        threads = Libtorch.threads();
    }

    @AfterAll
    static void useThreadsAsBefore() {
        Libtorch.setThreads(threads);
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    int run(Object... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> all = new ArrayList<>(List.of("evaluate", "--quiet", "--threads", "1", "--workers", "2"));
        Stream.of(args).map(Object::toString).forEach(all::add);
        return Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
    }

    /** The JSON of a run that must succeed. */
    JsonObject report(Object... args) {
        Path json = file("report.json");
        List<Object> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--out", json));
        assertThat(run(all.toArray())).as(err.toString()).isZero();
        assertThat(err.toString()).isEmpty();
        return Json.read(json);
    }

    /** The metrics of a run that must succeed. */
    JsonObject metrics(Object... args) {
        return report(args).getAsJsonObject("metrics");
    }

    void assertRefused(String message, Object... args) {
        assertThat(run(args)).as(err.toString()).isEqualTo(2);
        assertThat(err.toString()).contains(message).hasLineCount(1);
        assertThat(out.toString()).isEmpty();
    }
}
