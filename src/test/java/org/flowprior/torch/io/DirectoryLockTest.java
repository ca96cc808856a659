package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {

    /** Writes into the directory of its argument until it is killed. */
    static final class Writer {

        private Writer() {}

        public static void main(String[] args) {
            Path directory = Path.of(args[0]);
            AtomicFiles.write(directory.resolve("one"), out -> {
                out.write(1);
                out.flush();
                System.out.println("writing");
                System.out.flush();
                try {
                    Thread.sleep(60_000);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            });
        }
    }

    @TempDir
    private Path directory;

    private long leftovers() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith(".flowprior-")).count();
        }
    }

    /** Makes all leftovers look as if they were written long ago. */
    private void age() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
            }
        }
    }

    @Test
    void oneHoldsItAtATime() throws IOException {
        try (DirectoryLock held = DirectoryLock.of(directory).orElseThrow()) {
            assertThat(DirectoryLock.of(directory)).isEmpty();
        }
        try (DirectoryLock held = DirectoryLock.of(directory).orElseThrow()) {
            assertThat(directory.resolve(".lock")).exists();
        }
    }

    /** A file that another process writes stays as long as that process lives. */
    @Test
    void whatAKilledProcessLeftIsRemoved() throws IOException, InterruptedException {
        Process writer = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Writer.class.getName(), directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            assertThat(writer.inputReader().readLine()).isEqualTo("writing");
            age();
            DirectoryLock.of(directory).orElseThrow().close();
            assertThat(leftovers()).isEqualTo(1);
            writer.destroyForcibly();
            assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
            DirectoryLock.of(directory).orElseThrow().close();
            assertThat(leftovers()).isZero();
        } finally {
            writer.destroyForcibly();
        }
    }

    @Test
    void whatThisProcessWritesStays() throws IOException {
        AtomicFiles.write(directory.resolve("one"), out -> {
            age();
            AtomicFiles.removeLeftovers(directory);
            assertThat(leftovers()).isEqualTo(1);
        });
        assertThat(directory.toFile().list()).containsExactly("one");
    }
}
