package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The generated sources, which are checked in, against the schema of the libtorch in use. */
class OpGeneratorTest {

    @Test
    void generatingAgainChangesNothing() throws IOException, InterruptedException {
        Path home = Libtorch.libtorchDirectory().getParent();
        // Where tools/provision-libtorch puts it, and where an installed Python torch has it.
        List<Path> places = List.of(home.resolve("native_functions.yaml"),
                home.resolveSibling("torchgen/packaged/ATen/native/native_functions.yaml"));
        Path schema = places.stream().filter(Files::exists).findFirst().orElse(null);
        assumeTrue(schema != null, "this libtorch comes without its op schema: none of " + places + " is there");
        assumeTrue(Libtorch.version().startsWith("2.13."),
                "the sources follow the schema of 2.13; this libtorch is " + Libtorch.version());

        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "tools/opgen/OpGenerator.java", schema.toString(), ".", "--check").redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains(" 0 files changed");
    }
}
