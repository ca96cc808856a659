package org.flowprior.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowprior.cli.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Names beyond ASCII in the locale C, which only a new process can have. */
class LocaleTest {

    private static final String NAME = "é-日本/ñ+ü 1%.png";

    @TempDir
    private Path directory;

    /** Lists the names of a set and the widths of its images. */
    static final class Lister {

        private Lister() {}

        public static void main(String[] args) throws IOException {
            try (ImageSource images = ImageSource.open(Path.of(args[0]))) {
                for (int i = 0; i < images.size(); i++) {
                    System.out.write((images.name(i) + " " + images.image(i).width() + "\n")
                            .getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }

    private static String run(Map<String, String> environment, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        List.of("LC_ALL", "LC_CTYPE", "LANG").forEach(builder.environment()::remove);
        builder.environment().putAll(environment);
        Process process = builder.start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static List<String> java(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java")
                .toString(), "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    static boolean namesMayHaveAnyLetter() {
        return "UTF-8".equals(System.getProperty("sun.jnu.encoding"));
    }

    @Test
    @EnabledIf("namesMayHaveAnyLetter")
    void namesBeyondAsciiAreReadInAnyLocale() throws IOException {
        Path file = directory.resolve(NAME);
        Files.createDirectories(file.getParent());
        Files.write(file, PillowFiles.files().get("rgb.png"));
        for (String locale : List.of("C", "C.UTF-8")) {
            assertThat(run(Map.of("LC_ALL", locale), java(Lister.class, directory.toString()))).as(locale)
                    .isEqualTo(NAME + " 37\n");
        }
        Files.writeString(directory.resolve("filelist.txt"), NAME + "\n");
        assertThat(run(Map.of("LC_ALL", "C"), java(Lister.class, directory.toString()))).isEqualTo(NAME + " 37\n");
    }

    @Test
    void anArgumentThatTheLocaleCannotHoldSaysWhatToSet() throws IOException {
        List<String> command = java(Main.class, "train-autoencoder", "--images", "x");
        String quoted = "'" + String.join("' '", command) + "'";
        assertThat(run(Map.of("LC_ALL", "C"), List.of("bash", "-c", quoted.replace("'x'", "$'\\xc3\\xa9'"))))
                .contains("LC_ALL=C.UTF-8").hasLineCount(1);
    }

    @Test
    void theLauncherChoosesUtf8InPlaceOfAscii() throws IOException {
        String script = ". tools/lib/common.sh; use_utf8; locale charmap 2>/dev/null";
        for (Map<String, String> environment : List.of(Map.<String, String>of(), Map.of("LC_ALL", "C"),
                Map.of("LANG", "C"), Map.of("LC_CTYPE", "POSIX"), Map.of("LANG", "xx_XX.UTF-8"),
                Map.of("LC_ALL", "C.UTF-8"))) {
            assertThat(run(environment, List.of("bash", "-c", script))).as(environment.toString()).isEqualTo("UTF-8\n");
        }
    }
}
