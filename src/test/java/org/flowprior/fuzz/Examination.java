package org.flowprior.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.flowprior.config.RequestException;
import org.flowprior.data.CorruptImageException;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;

/**
 * What holds for every file and reader: the file is read, or refused in one line that begins with its name; in seconds,
 * with 64 MiB at most beside the file's own size, and nothing stays open.
 */
final class Examination {

    private static final long ALLOWED_BYTES = 64 << 20;
    private static final long ALLOWED_NANOSECONDS = 10_000_000_000L;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Path DIRECTORY = temporary();

    private final Path file;
    private final long size;

    private Examination(Path file, long size) {
        this.file = file;
        this.size = size;
    }

    private static Path temporary() {
        try {
            Path directory = Files.createTempDirectory("flowprior-fuzz");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                for (Path left : directory.toFile().isDirectory() ? list(directory) : new Path[0]) {
                    left.toFile().delete();
                }
                directory.toFile().delete();
            }));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path[] list(Path directory) {
        try (var files = Files.list(directory)) {
            return files.toArray(Path[]::new);
        } catch (IOException e) {
            return new Path[0];
        }
    }

    /** Writes a file with that ending to examine. */
    static Examination of(byte[] data, String ending) {
        try {
            return new Examination(Files.write(DIRECTORY.resolve("fuzz" + ending), data), data.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the file. Returns this. */
    Examination read(Consumer<Path> reader) {
        Memory.resetPeak();
        long memory = Memory.cpuBytes();
        // All that is allocated, though most of it is free again; text and trees are larger than their bytes. What is
        // allocated the first time may be for loading classes.
        long allowed = ALLOWED_BYTES + 200 * size;
        require(heap(reader) <= allowed || heap(reader) <= allowed, "too much heap");
        require(Memory.cpuPeakBytes() - memory <= ALLOWED_BYTES + 2 * size, "too much native memory");
        return this;
    }

    private long heap(Consumer<Path> reader) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        readOfAnySize(reader);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    /** Reads the file, which may take as much memory as it likes. */
    void readOfAnySize(Consumer<Path> reader) {
        long open = Memory.liveTensors();
        long start = System.nanoTime();
        try (Scope scope = Scope.open()) {
            reader.accept(file);
        } catch (IllegalArgumentException | RequestException | CorruptImageException | UncheckedIOException e) {
            requireLine(e);
        }
        require(System.nanoTime() - start <= ALLOWED_NANOSECONDS, "too slow");
        require(Memory.liveTensors() == open, "tensors stay open");
    }

    private void requireLine(RuntimeException e) {
        String message = e.getMessage();
        if (message == null || message.contains("\n") || message.length() > 2000
                || !message.contains(file.toString()) && !message.startsWith("config: ")
                        && !message.startsWith("the config ")) {
            throw new AssertionError("not a line that names the file: " + message, e);
        }
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise + " for " + size + " bytes");
        }
    }
}
