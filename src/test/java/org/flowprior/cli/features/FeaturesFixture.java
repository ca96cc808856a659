package org.flowprior.cli.features;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.flowprior.cli.Main;
import org.flowprior.target.FeatureBank;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Shared parts of tests of {@code flowprior features}: a bank to make, and the output. */
@InScope
abstract class FeaturesFixture {

    private static int threads;

    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    Path bank;
    Generator generator;

    @BeforeAll
    static void rememberThreads() {
        threads = Libtorch.threads();
    }

    @AfterAll
    static void useThreadsAsBefore() {
        Libtorch.setThreads(threads);
    }

    @BeforeEach
    void open() {
        bank = directory.resolve("bank");
        generator = Generator.seeded(4);
    }

    @AfterEach
    void close() {
        generator.close();
    }

    int run(Object... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> all = new ArrayList<>(List.of("features", "--quiet", "--threads", "1", "--out", bank.toString()));
        Stream.of(args).map(Object::toString).forEach(all::add);
        return Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
    }

    Tensor random(long... shape) {
        return Torch.randn(shape, generator);
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /** Everything in the bank. */
    Tensor rows() {
        try (FeatureBank made = FeatureBank.open(bank)) {
            return made.block(0, made.rows());
        }
    }

    void assertRows(Tensor expected) {
        assertThat(err.toString()).isEmpty();
        assertThat(rows().shape()).containsExactly(expected.shape());
        assertThat(rows().toFloatArray()).isEqualTo(expected.contiguous().toFloatArray());
    }

    void assertRefused(String message, Object... args) {
        assertThat(run(args)).as(err.toString()).isEqualTo(2);
        assertThat(err.toString()).contains(message).hasLineCount(1);
        assertThat(bank).doesNotExist();
        assertThat(out.toString()).isEmpty();
    }

    void assertNoOtherFiles() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(f -> f.getFileName().toString())).noneMatch(name -> name.contains("bank"));
        }
    }
}
