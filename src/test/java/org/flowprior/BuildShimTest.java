package org.flowprior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code tools/build-shim} in a checkout that moves, with a CMake that only writes its cache. */
class BuildShimTest {

    private static final String CMAKE = """
            #!/bin/bash
            if [[ $1 == --build ]]; then
                echo shim > "$2/libflowprior_shim.so"
                exit
            fi
            build=$4
            home=$(sed -n 's/^CMAKE_CACHEFILE_DIR:INTERNAL=//p' "$build/CMakeCache.txt" 2> /dev/null)
            [[ -z $home || $home -ef $build ]] || exit 1
            printf 'CMAKE_CACHEFILE_DIR:INTERNAL=%s\\nLIBTORCH_DIR:PATH=%s\\n' "$build" "${!##*=}" > "$build/CMakeCache.txt"
            """;

    @TempDir
    private Path directory;

    private Path checkout;
    private Path libtorch;

    @BeforeEach
    void makeCheckout() throws IOException {
        checkout = directory.resolve("checkout");
        Files.createDirectories(checkout.resolve("tools/lib"));
        for (String script : new String[] {"tools/build-shim", "tools/lib/common.sh"}) {
            Files.copy(Path.of(script), checkout.resolve(script));
        }
        libtorch = directory.resolve("libtorch");
        Files.createDirectories(libtorch.resolve("lib"));
        Files.writeString(libtorch.resolve("lib/libtorch_cpu.so"), "");
        Path header = libtorch.resolve("include/torch/headeronly/version.h");
        Files.createDirectories(header.getParent());
        Files.writeString(header, "#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION_MINOR 13\n");
        Path cmake = Files.writeString(Files.createDirectories(directory.resolve("bin")).resolve("cmake"), CMAKE);
        assumeTrue(cmake.toFile().setExecutable(true));
        assumeTrue(System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64"));
    }

    private Path build() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(checkout.resolve("tools/build-shim").toString(),
                "--libtorch=" + libtorch).redirectErrorStream(true);
        builder.environment().merge("PATH", directory.resolve("bin").toString(), (path, bin) -> bin + ":" + path);
        builder.environment().remove("CXX");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(checkout.resolve("target/classes/native/linux-x86_64/libflowprior_shim.so")).hasContent("shim");
        return checkout.resolve("target/cpp-shim");
    }

    @Test
    void aMovedCheckoutStartsOverAndAnUnmovedOneDoesNot() throws IOException, InterruptedException {
        Path old = Files.writeString(build().resolve("old.o"), "");
        build();
        assertThat(old).exists();

        Path moved = directory.resolve("elsewhere");
        Files.move(checkout, moved);
        checkout = moved;
        assertThat(build().resolve("old.o")).doesNotExist();

        Path kept = Files.writeString(build().resolve("new.o"), "");
        Path link = Files.createSymbolicLink(directory.resolve("link"), moved);
        checkout = link;
        build();
        assertThat(kept).exists();
    }
}
