package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LibtorchLocatorTest {
    @TempDir
    Path home;

    private final List<String> trace = new ArrayList<>();

    @Test
    void thePropertyComesBeforeTheVariableAndTheVariableBeforeTheCache() throws IOException {
        Path property = libtorch("property/lib");
        Path variable = libtorch("variable/lib");
        Path cache = libtorch(".cache/flowprior/libtorch-2.13.0/lib");
        Map<String, String> environment = Map.of("LIBTORCH_HOME", home.resolve("variable").toString());

        assertThat(LibtorchLocator.locate(home.resolve("property").toString(), environment, home, trace))
                .isEqualTo(new LibtorchLocator.Found(property, "-Dflowprior.libtorch"));
        assertThat(LibtorchLocator.locate(null, environment, home, trace))
                .isEqualTo(new LibtorchLocator.Found(variable, "LIBTORCH_HOME"));
        assertThat(LibtorchLocator.locate("", Map.of("LIBTORCH_HOME", " "), home, trace))
                .isEqualTo(new LibtorchLocator.Found(cache, "provisioned copy"));
    }

    @Test
    void aPlaceThatTheUserNamedIsFinal() throws IOException {
        libtorch(".cache/flowprior/libtorch-2.13.0/lib");
        Path empty = Files.createDirectory(home.resolve("empty"));

        assertThat(LibtorchLocator.locate(null, Map.of("LIBTORCH_HOME", empty.toString()), home, trace)).isNull();
        assertThat(trace).containsExactly("-Dflowprior.libtorch is not set",
                "LIBTORCH_HOME: no libtorch_cpu.so in " + empty + " (looked in lib, torch/lib, libtorch/lib)");
    }

    @Test
    void theTraceTellsEveryStep() {
        assertThat(LibtorchLocator.locate(null, Map.of(), home, trace)).isNull();
        assertThat(trace).containsExactly("-Dflowprior.libtorch is not set", "LIBTORCH_HOME is not set",
                "provisioned copy: no directory " + home.resolve(".cache/flowprior/libtorch-2.13.0"));
        trace.clear();
        assertThat(LibtorchLocator.locate("a\0b", Map.of(), home, trace)).isNull();
        assertThat(trace).singleElement().asString().startsWith("-Dflowprior.libtorch is not a path");
    }

    @ParameterizedTest
    @CsvSource({"own, shared, own", ", shared, shared/flowprior", ", , home/.cache/flowprior"})
    void cacheDirectory(String own, String shared, Path expected) {
        Map<String, String> environment = new HashMap<>();
        environment.put("FLOWPRIOR_CACHE", own);
        environment.put("XDG_CACHE_HOME", shared);
        assertThat(LibtorchLocator.cacheDirectory(environment, Path.of("home"))).isEqualTo(expected);
    }

    /** The build has its own implementation of the same search, in {@code tools/lib/common.sh}. */
    @ParameterizedTest
    @CsvSource({
        "archive, archive/lib", "package, package/torch/lib", "parent, parent/libtorch/lib",
        ", cache/libtorch-2.13.0/lib", "nothing, other/lib"
    })
    void theScriptsFindTheSame(String named, String place) throws Exception {
        libtorch(place);
        Map<String, String> environment = new HashMap<>();
        environment.put("FLOWPRIOR_CACHE", home.resolve("cache").toString());
        if (named != null) {
            environment.put("LIBTORCH_HOME", home.resolve(named).toString());
        }
        LibtorchLocator.Found found = LibtorchLocator.locate(null, environment, home, trace);

        ProcessBuilder builder = new ProcessBuilder("bash", "-c", ". tools/lib/common.sh; find_libtorch")
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().remove("LIBTORCH_HOME");
        builder.environment().putAll(environment);
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

        assertThat(process.waitFor()).isEqualTo(found == null ? 2 : 0);
        assertThat(printed).isEqualTo(found == null ? "" : found.libraryDirectory().getParent().toString());
    }

    @Test
    void otherPlatformsAreRefusedInWords() {
        assertThatThrownBy(() -> NativeLibrary.requireLinuxX64("Mac OS X", "aarch64"))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContaining("Linux on x86-64 only")
                .hasMessageContaining("Mac OS X aarch64");
        NativeLibrary.requireLinuxX64("Linux", "amd64");
    }

    private Path libtorch(String directory) throws IOException {
        Path created = Files.createDirectories(home.resolve(directory));
        Files.createFile(created.resolve("libtorch_cpu.so"));
        return created;
    }
}
