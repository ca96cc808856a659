package org.flowprior;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.flowprior.torch.Libtorch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library as a module, with each dependency in a jar of its own on the module path. */
class ModulePathTest {

    private static final String PROBE = """
            package probe;
            import com.google.gson.JsonObject;
            import java.nio.file.Path;
            import java.util.Map;
            import org.flowprior.config.Json;
            import org.flowprior.torch.Scope;
            import org.flowprior.torch.Tensor;
            import org.flowprior.torch.Torch;
            import org.flowprior.torch.io.Safetensors;
            import org.flowprior.train.flow.FlowTraining;
            public class Probe {
                public static void main(String[] arguments) {
                    FlowTraining training = new FlowTraining();
                    JsonObject config = training.configs().toJson(training.config("quick", "training.steps=700"));
                    try (Scope scope = Scope.open()) {
                        Tensor sum = Torch.ones(2, 3).sum();
                        Safetensors.write(Path.of(arguments[0]), Map.of("sum", sum));
                        config.addProperty("sum", sum.item());
                    }
                    System.out.print(Json.line(config));
                }
            }
            """;

    /** Jars that the build has for tests alone, beside its own jars for all. */
    private static final String OF_TESTS =
            ".*(junit|opentest4j|assertj|byte-buddy|apiguardian|archunit|jazzer|surefire|console)[^/]*";

    @TempDir
    private static Path directory;

    private static String modulePath;

    @BeforeAll
    static void makeModule() throws IOException {
        Path module = directory.resolve("org.flowprior");
        Path classes = Stream.of(System.getProperty("java.class.path").split(":")).map(Path::of)
                .filter(entry -> Files.isDirectory(entry.resolve("org/flowprior/torch/ffi"))).findFirst().orElseThrow();
        try (Stream<Path> all = Files.walk(classes)) {
            for (Path from : all.toList()) {
                Path to = module.resolve(classes.relativize(from).toString());
                if (Files.isDirectory(from)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(from, to);
                }
            }
        }
        modulePath = Stream.concat(Stream.of(module.toString()), Arrays.stream(System.getProperty("java.class.path")
                .split(":")).filter(entry -> entry.endsWith(".jar") && !entry.matches(OF_TESTS)))
                .collect(Collectors.joining(":"));
        compile(module, Path.of("src/main/module/module-info.java"));
    }

    private static void compile(Path to, Path... files) {
        List<String> arguments =
                new ArrayList<>(List.of("--module-path", modulePath, "-d", to.toString(), "-Xlint:none"));
        Stream.of(files).map(Path::toString).forEach(arguments::add);
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler().run(null, null, errors, arguments.toArray(String[]::new));
        assertThat(status).as(errors.toString(StandardCharsets.UTF_8)).isZero();
    }

    /** Runs Java with the module path. Returns what it prints. */
    private static String run(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=org.flowprior",
                        "-Dflowprior.libtorch=" + Libtorch.libtorchDirectory().getParent(), "--module-path",
                        modulePath));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void aProgramUsesIt() throws IOException, InterruptedException {
        Path source = Files.createDirectories(directory.resolve("source/probe"));
        Path program = Files.writeString(source.resolve("Probe.java"), PROBE);
        Path descriptor = Files.writeString(source.resolveSibling("module-info.java"),
                "module probe { requires org.flowprior; }");
        Path probe = Files.createDirectories(directory.resolve("probe"));
        compile(probe, program, descriptor);
        modulePath = modulePath + ":" + probe;
        assertThat(run("--module", "probe/probe.Probe", directory.resolve("sum.safetensors").toString()))
                .startsWith("{\"seed\":").contains("\"steps\":700").endsWith("\"sum\":6.0}");
        assertThat(directory.resolve("sum.safetensors")).isNotEmptyFile();
    }

    /** The toy's report is written by Gson's reflection, its options are set by picocli's, its figures by JFreeChart. */
    @Test
    void aCommandRuns() throws IOException, InterruptedException {
        Path run = directory.resolve("run");
        run("--module", "org.flowprior/org.flowprior.cli.Main", "toy", "--report", "--quiet", "--threads", "1", "--out",
                run.toString(), "-s", "flow.width=8", "-s", "flow.blocks=1", "-s", "flow.steps=4", "-s",
                "flow.batch=16", "-s", "alignment.steps=5", "-s", "alignment.latents=20", "-s", "figures.dataPoints=30",
                "-s", "figures.grid=4", "-s", "figures.landscapeTimes=2", "-s", "report.points=4", "-s",
                "report.grid=2", "-s", "report.noiseNodes=3", "-s", "report.timeNodes=2");
        assertThat(run.resolve("figures/figure3.png")).isNotEmptyFile();
        try (Stream<Path> files = Files.walk(run)) {
            assertThat(files.map(file -> file.getFileName().toString())).contains("report.json", "summary.json");
        }
    }
}
