package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the launcher chooses a Java installation: {@code find_java} in {@code tools/lib/common.sh}. */
class FindJavaTest {
    @TempDir
    Path directory;

    @Test
    void theUsersChoiceComesFirst() throws Exception {
        Path newest = java("newest", "99.0.1");
        Path chosen = java("chosen", "22");
        Map<String, String> environment = Map.of("HOME", "/none", "JAVA_HOME", newest.toString());
        assertThat(findJava(environment)).isEqualTo(newest.toString());
        assertThat(findJava(Map.of("HOME", "/none", "JAVA_HOME", newest.toString(),
                "FLOWPRIOR_JAVA", chosen.toString()))).isEqualTo(chosen.toString());
        assertThat(findJava(Map.of("HOME", "/none", "FLOWPRIOR_JAVA", chosen.resolve("bin/java").toString())))
                .isEqualTo(chosen.toString());
    }

    @Test
    void anOldJavaIsPassedOverAndTheNewestOfTheInstalledTaken() throws Exception {
        Path old = java("old", "17.0.15");
        java(".jdks/b", "98.0.1");
        Path newest = java(".sdkman/candidates/java/a", "99-ea");
        assertThat(findJava(Map.of("HOME", directory.toString(), "JAVA_HOME", old.toString(), "PATH", "/usr/bin:/bin")))
                .isEqualTo(newest.toString());
    }

    @Test
    void anOldJavaThatTheUserNamedIsAnError() throws Exception {
        assertThat(findJava(Map.of("FLOWPRIOR_JAVA", java("old", "21.0.2").toString())))
                .startsWith("flowprior: FLOWPRIOR_JAVA=").contains("no JDK 22 or newer").endsWith("exit 2");
    }

    private Path java(String name, String version) throws IOException {
        Path home = directory.resolve(name);
        Path executable = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(executable, "");
        Files.setPosixFilePermissions(executable, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private static String findJava(Map<String, String> environment) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder("bash", "-c", ". tools/lib/common.sh; (find_java) || echo exit $?")
                        .redirectErrorStream(true);
        builder.environment().remove("JAVA_HOME");
        builder.environment().remove("FLOWPRIOR_JAVA");
        builder.environment().putAll(environment);
        Process process = builder.start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }
}
