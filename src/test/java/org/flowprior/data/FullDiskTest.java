package org.flowprior.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {

    /** Writes noise as a PNG file of 50 kB, in a process whose files may have 8 KiB. */
    static final class Writer {

        private Writer() {}

        public static void main(String[] args) {
            byte[] noise = new byte[3 * 128 * 128];
            new Random(1).nextBytes(noise);
            try {
                new RgbImage(128, 128, noise).writePng(Path.of(args[0]));
            } catch (RuntimeException e) {
                System.err.println(e.getMessage());
            }
        }
    }

    @TempDir
    private Path directory;

    /** ImageIO alone says "I/O error writing PNG file!" and prints a stack trace when the JVM ends. */
    @Test
    void anImageThatDoesNotFitIsALineThatSaysWhy() throws IOException, InterruptedException {
        Path file = directory.resolve("noise.png");
        Process process = new ProcessBuilder("bash", "-c", "ulimit -f 8; exec \"$0\" \"$@\"",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:-UsePerfData", "-cp",
                System.getProperty("java.class.path"), Writer.class.getName(), file.toString())
                .redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(output).isEqualTo(file + ": cannot be written: File too large\n");
        assertThat(directory.toFile().list()).isEmpty();
    }
}
