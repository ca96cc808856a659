package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.flowprior.fixtures.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user reads, at each op and in each command, if the native libraries cannot be used. */
class MissingLibraryTest {

    private static final String OPS = "org.flowprior.memory.FailingOps";
    private static final String MAIN = "org.flowprior.cli.Main";

    @TempDir
    Path directory;

    private static void namedThreeTimes(ChildJvm.Result result, String reason, String remedy) {
        assertThat(result.text().split("error org.flowprior.torch.NativeLibraryException", -1)).as(result.text())
                .hasSize(4);
        assertThat(result.text().split(reason, -1)).as(result.text()).hasSizeGreaterThanOrEqualTo(4);
        assertThat(result.text()).contains(remedy).doesNotContain("ExceptionInInitializerError")
                .doesNotContain("NoClassDefFoundError");
    }

    @Test
    void aMissingLibtorchIsNamedByEachOp() throws Exception {
        namedThreeTimes(ChildJvm.of(OPS).variable("LIBTORCH_HOME", directory.toString()).run(),
                "libtorch was not found", "tools/provision-libtorch");
    }

    @Test
    void aWrongLibtorchIsNamedByEachOp() throws Exception {
        Files.createDirectories(directory.resolve("lib"));
        Files.writeString(directory.resolve("lib/libtorch_cpu.so"), "not a library");
        Files.writeString(directory.resolve("lib/libc10.so"), "not a library");
        namedThreeTimes(ChildJvm.of(OPS).variable("LIBTORCH_HOME", directory.toString()).run(),
                "a library was not loaded", "check that libtorch is complete");
    }

    @Test
    void aWrongShimIsNamedByEachOp() throws Exception {
        Path shim = Files.writeString(directory.resolve("shim.so"), "not a library");
        namedThreeTimes(ChildJvm.of(OPS).jvm("-Dflowprior.shim=" + shim).run(), "the shim was not loaded",
                "rebuild it");
    }

    @Test
    void missingPermissionIsNamedByEachOp() throws Exception {
        namedThreeTimes(ChildJvm.of(OPS).withoutNativeAccess().run(), "may not call native code",
                "--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void aLimitOfTheAddressSpaceIsNamedByEachOp() throws Exception {
        ChildJvm.Result result = ChildJvm.of(OPS).jvm("-XX:ReservedCodeCacheSize=32m")
                .jvm("-XX:CompressedClassSpaceSize=32m").jvm("-XX:+UseSerialGC").addressSpace(900_000).run();
        namedThreeTimes(result, "not loaded", "Remedy");
    }

    @Test
    void doctorPrintsItsTableWithTheReason() throws Exception {
        ChildJvm.Result result = ChildJvm.of(MAIN, "doctor").variable("LIBTORCH_HOME", directory.toString()).run();
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.text()).contains("NOT FOUND OR NOT LOADED").contains("reason      libtorch was not found")
                .contains("Remedy:").contains("Java  ").doesNotContain("unexpected");
    }

    @Test
    void aCommandSaysItInPlainWords() throws Exception {
        ChildJvm.Result result =
                ChildJvm.of(MAIN, "toy", "--out", directory.resolve("run").toString()).variable("LIBTORCH_HOME", directory.toString()).run();
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.text()).contains("flowprior: libtorch was not found").doesNotContain("unexpected");
    }
}
