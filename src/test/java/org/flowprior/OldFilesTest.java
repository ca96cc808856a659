package org.flowprior;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flowprior.cli.Main;
import org.flowprior.data.latents.LatentCache;
import org.flowprior.fixtures.Resources;
import org.flowprior.target.FeatureBank;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.Safetensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Files that the program wrote before its packages were rearranged, made by {@code old/make.sh}, load and resume. Each
 * run was stopped after 2 of 4 steps; what the old program ended with lies beside it.
 */
@InScope
class OldFilesTest {

    /** In {@code config.json}, stands for the directory that the files are in. */
    private static final String DIRECTORY = "@OLD@";

    @TempDir
    private Path directory;

    private void copy(String name) throws IOException {
        Path from = Resources.path("old/" + name);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path to = directory.resolve(name).resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else if (file.endsWith("config.json")) {
                    Files.writeString(to, Files.readString(file).replace(DIRECTORY, directory.toString()));
                } else {
                    Files.copy(file, to);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"train-flow, flow, prior", "train-autoencoder, ae, autoencoder", "train-mar, mar, mar"})
    void aRunResumes(String command, String run, String result) throws IOException {
        for (String name : List.of("bank", "cache", run)) {
            copy(name);
        }
        Path checkpoints = directory.resolve(run).resolve("checkpoints");
        Files.createSymbolicLink(checkpoints.resolve("last"), Path.of("step-00000002"));
        StringWriter errors = new StringWriter();
        int code =
                Main.run(new PrintWriter(new StringWriter()), new PrintWriter(errors), command, "--resume", "--quiet",
                        "--threads", "1", "--out", directory.resolve(run).toString());
        assertThat(code).as(errors.toString()).isZero();
        Map<String, Tensor> expected = Resources.tensors("old/" + run + "/expected-" + result + ".safetensors");
        Map<String, Tensor> found = Safetensors.load(directory.resolve(run).resolve(result + ".safetensors"));
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        // processors differ in the last bits; one step changes weights by 1e-4 and more
        expected.forEach((key, tensor) -> assertThat(tensor.sub(found.get(key)).abs().max().item()).as(key)
                .isLessThan(1e-6));
    }

    @Test
    void aBankAndACacheLoad() {
        try (FeatureBank bank = FeatureBank.open(Resources.path("old/bank"));
                LatentCache cache = LatentCache.open(Resources.path("old/cache"))) {
            assertThat(bank.rows()).isEqualTo(80);
            assertThat(bank.dimension()).isEqualTo(2);
            assertThat(bank.gaussian()).isTrue();
            assertThat(cache.images()).isEqualTo(20);
            assertThat(cache.tokens()).isEqualTo(2);
            assertThat(cache.channels()).isEqualTo(2);
            // the bank holds the means of the cache's tokens
            assertThat(bank.statistics().pooledMean()).isEqualTo(cache.statistics().pooledMean());
        }
    }
}
