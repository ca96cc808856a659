package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowprior.cli.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every op, first or later, and every command name why libtorch is not there; each case in a JVM of its own. */
class MissingLibtorchTest {

    private static final String ACCESS = "--enable-native-access=ALL-UNNAMED";

    @TempDir
    Path directory;

    @Test
    void aDirectoryWithoutLibtorch() throws Exception {
        requireEveryOp(ChildProcess.run(Map.of("LIBTORCH_HOME", directory.toString()), List.of(ACCESS), TwoOps.class),
                "libtorch was not found");
    }

    @Test
    void anEmptyCache() throws Exception {
        Map<String, String> environment = Map.of("LIBTORCH_HOME", "", "FLOWPRIOR_CACHE", directory.toString());
        requireEveryOp(ChildProcess.run(environment, List.of(ACCESS), TwoOps.class), "libtorch was not found");
    }

    @Test
    void aWrongLibtorch() throws Exception {
        Path lib = Files.createDirectories(directory.resolve("lib"));
        for (String name : List.of("libc10.so", "libtorch_cpu.so")) {
            Files.writeString(lib.resolve(name), "not a library");
        }
        requireEveryOp(ChildProcess.run(Map.of("LIBTORCH_HOME", directory.toString()), List.of(ACCESS), TwoOps.class),
                "a library was not loaded");
    }

    @Test
    void aWrongShim() throws Exception {
        Path shim = Files.writeString(directory.resolve("shim.so"), "not a library");
        requireEveryOp(ChildProcess.run(Map.of(), List.of(ACCESS, "-Dflowprior.shim=" + shim), TwoOps.class),
                "the shim was not loaded");
    }

    @Test
    void deniedNativeAccess() throws Exception {
        List<String> options = Runtime.version().feature() >= 24 ? List.of("--illegal-native-access=deny")
                : List.of("--enable-native-access=java.base"); // naming another module denies the unnamed one
        requireEveryOp(ChildProcess.run(Map.of(), options, TwoOps.class), "--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void aLimitOfVirtualMemory() throws Exception {
        List<String> java = new ArrayList<>(List.of(ChildProcess.java(), ACCESS, "-Xmx64m", "-XX:+UseSerialGC",
                "-XX:ReservedCodeCacheSize=16m", "-XX:CompressedClassSpaceSize=16m", "-cp",
                System.getProperty("java.class.path"), TwoOps.class.getName()));
        List<String> command = new ArrayList<>(List.of("bash", "-c", "ulimit -v 700000; exec \"$@\"", "bash"));
        command.addAll(java);
        requireEveryOp(ChildProcess.run(Map.of("MALLOC_ARENA_MAX", "1"), command), "Remedy");
    }

    private static void requireEveryOp(ChildProcess.Result result, String message) {
        assertThat(result.output()).as("output").doesNotContain("InitializerError").doesNotContain("NoClassDefFound");
        List<String> lines = result.output().lines().filter(line -> line.matches("(first|second|third|fourth): .*"))
                .toList();
        assertThat(lines).as(result.output()).hasSize(4)
                .allSatisfy(line -> assertThat(line).contains(": NativeLibraryException: ").contains(message));
    }

    @Test
    void theDoctorPrintsItsTableWithTheReason() throws Exception {
        ChildProcess.Result result = ChildProcess.run(Map.of("LIBTORCH_HOME", directory.toString()), List.of(ACCESS),
                Main.class, "doctor");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.output()).contains("Java ").contains("NOT FOUND OR NOT LOADED")
                .contains("libtorch was not found").contains("no libtorch_cpu.so in " + directory).contains("Remedy: ");
    }

    @Test
    void aCommandNamesTheReason() throws Exception {
        ChildProcess.Result result = ChildProcess.run(Map.of("LIBTORCH_HOME", directory.toString()), List.of(ACCESS),
                Main.class, "bench", "--worker", "add");
        assertThat(result.code()).as(result.output()).isEqualTo(2);
        assertThat(result.output()).startsWith("flowprior: libtorch was not found");
    }
}
