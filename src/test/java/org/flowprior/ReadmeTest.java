package org.flowprior;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's Java is compiled and run as it stands there. */
class ReadmeTest {

    private static final String TINY = """
            {"data": {"images": "procedural:16?count=12", "validation": "procedural:16?seed=1&count=4"},
             "model": {"imageSize": 16, "latentTokens": 4, "latentChannels": 4,
                       "encoder": {"width": 16, "depth": 1, "hidden": 16},
                       "decoder": {"width": 16, "depth": 1, "hidden": 16}},
             "training": {"steps": 3, "warmupSteps": 1, "batch": 4}, "evaluation": {"images": 4}}
            """;

    @TempDir
    private Path directory;

    /** The Java block of the README with that class. */
    private static String source(String name) throws Exception {
        Matcher block = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("README.md")));
        return block.results().map(found -> found.group(1)).filter(text -> text.contains("public class " + name + " "))
                .findFirst().orElseThrow();
    }

    /** Compiles and runs the README's class of that name. Returns what it prints. */
    private String run(String name, String... arguments) throws Exception {
        Path file = Files.writeString(directory.resolve(name + ".java"), source(name));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        int status = compiler.run(null, null, errors, "-cp", System.getProperty("java.class.path"), "-d",
                directory.toString(), file.toString());
        assertThat(status).as(errors.toString(StandardCharsets.UTF_8)).isZero();
        PrintStream console = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) arguments);
        } finally {
            System.setOut(console);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void thePriorTrainsAndAligns() throws Exception {
        assertThat(run("Example")).contains("alignment loss");
    }

    /** In at most ten lines; and a second time, which finds the run at its end. */
    @Test
    void aStageTrains() throws Exception {
        assertThat(source("Train").lines().filter(line -> !line.isBlank())).hasSizeLessThanOrEqualTo(10);
        Path tiny = Files.writeString(directory.resolve("tiny.json"), TINY);
        Path run = directory.resolve("run");
        String printed = run("Train", run.toString(), tiny.toString());
        assertThat(printed).startsWith(run.resolve("autoencoder.safetensors") + " reconstructs with ");
        assertThat(run.resolve("summary.json")).content().contains("\"trainingImages\": 12", "\"libtorch\":");
        assertThat(run("Train", run.toString(), tiny.toString())).isEqualTo(printed);
    }
}
