package org.flowprior.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The class with which {@code java -jar} begins, compiled as the build compiles it. */
class StartTest {

    @TempDir
    private static Path directory;

    @BeforeAll
    static void compile() {
        assertThat(
                ToolProvider.getSystemJavaCompiler().run(null, null, null, "--release", "11", "-Xlint:-options", "-d",
                        directory.toString(), "src/main/java/org/flowprior/cli/Start.java"))
                .isZero();
    }

    private static String run(int code, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(code);
        return output;
    }

    /** The home of an installed Java 11 to 21. */
    private static Optional<Path> oldJava() throws IOException {
        Path installed = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(installed)) {
            return Optional.empty();
        }
        try (Stream<Path> homes = Files.list(installed)) {
            return homes.filter(home -> Files.isExecutable(home.resolve("bin/java"))
                    && home.getFileName().toString().matches(".*\\b(1[1-9]|2[01])\\b.*")).sorted().findFirst();
        }
    }

    @Test
    void anOldJavaIsToldWhatIsNeeded() throws IOException, InterruptedException {
        List<Path> homes = oldJava().stream().toList();
        assumeTrue(!homes.isEmpty(), "no Java 11 to 21 is installed");
        assertThat(run(2, homes.getFirst().resolve("bin/java").toString(), "-cp", directory.toString(),
                Start.class.getName(), "--version"))
                .matches("flowprior: needs Java 22 or newer, and this is (1[1-9]|2[01]) in /.*\n");
    }

    @Test
    void thisJavaRunsTheCommandLine() throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String path = directory + ":" + System.getProperty("java.class.path");
        assertThat(run(2, java, "-cp", path, Start.class.getName(), "dance")).contains("unknown command dance");
    }

    @Test
    void theJarBeginsWithIt() throws IOException {
        assertThat(Files.readString(Path.of("pom.xml")))
                .contains("<mainClass>" + Start.class.getName() + "</mainClass>");
    }
}
