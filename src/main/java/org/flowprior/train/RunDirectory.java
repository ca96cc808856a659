package org.flowprior.train;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flowprior.config.Json;
import org.flowprior.config.RequestException;
import org.flowprior.torch.io.AtomicFiles;

/**
 * The directory of a run: {@code config.json}, {@code metrics.jsonl}, TensorBoard's events, {@code checkpoints/},
 * {@code figures/} and {@code summary.json}. A lock keeps other processes out.
 */
public final class RunDirectory implements AutoCloseable {

    private static final String CONFIG = "config.json";

    private final Path path;
    private final FileChannel lockFile;

    private RunDirectory(Path path) throws IOException {
        this.path = path;
        this.lockFile = lock(path);
    }

    /**
     * Begins a run: makes the directory and writes the config.
     *
     * @throws RequestException when the directory holds a run already, or is in use
     */
    public static RunDirectory create(Path path, JsonObject config) throws IOException {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new RequestException(path + " is a file; --out names the directory of the run");
        }
        Files.createDirectories(path);
        RunDirectory run = new RunDirectory(path);
        try {
            for (String name : List.of(CONFIG, "metrics.jsonl", "checkpoints", "summary.json")) {
                if (Files.exists(path.resolve(name))) {
                    throw new RequestException(path + " holds a run already (" + name
                            + "); --resume continues it, --out DIR puts a new one elsewhere");
                }
            }
            AtomicFiles.write(path.resolve(CONFIG), Json.pretty(config));
            return run;
        } catch (RuntimeException e) {
            run.close();
            throw e;
        }
    }

    /**
     * Continues the run in that directory.
     *
     * @throws RequestException when the directory holds none, or is in use
     */
    public static RunDirectory resume(Path path) throws IOException {
        if (!isRun(path)) {
            throw new RequestException(path + " holds no run to resume (no " + CONFIG + ")");
        }
        return new RunDirectory(path);
    }

    /** Whether a run was begun in that directory. */
    public static boolean isRun(Path path) {
        return Files.isRegularFile(path.resolve(CONFIG));
    }

    /** An unused path below {@code parent}: {@code name}, else {@code name-2}, and so on. */
    public static Path unused(Path parent, String name) {
        Path path = parent.resolve(name);
        for (int i = 2; Files.exists(path); i++) {
            path = parent.resolve(name + "-" + i);
        }
        return path;
    }

    /**
     * The run begun last among those that {@link #unused} named.
     *
     * @throws RequestException when there is none
     */
    public static Path latest(Path parent, String name) throws IOException {
        if (Files.isDirectory(parent)) {
            try (Stream<Path> files = Files.list(parent)) {
                List<Path> runs = files.filter(RunDirectory::isRun)
                        .filter(p -> p.getFileName().toString().matches(Pattern.quote(name) + "(-\\d+)?"))
                        .toList();
                if (!runs.isEmpty()) {
                    return runs.stream().max(Comparator.comparingLong(p -> p.resolve(CONFIG).toFile().lastModified()))
                            .orElseThrow();
                }
            }
        }
        throw new RequestException("there is no run " + parent.resolve(name) + " to resume; --out DIR names one");
    }

    /** The directory itself. */
    public Path path() {
        return path;
    }

    /** The file of the resolved config. */
    public Path config() {
        return path.resolve(CONFIG);
    }

    /** The directory of figures and their numbers; made if it does not exist. */
    public Path figures() throws IOException {
        return Files.createDirectories(path.resolve("figures"));
    }

    /** The newest checkpoint, if there is one. */
    public Optional<Path> newestCheckpoint() throws IOException {
        return checkpoints(1).newest();
    }

    /** The run's checkpoints, of which the newest {@code kept} are kept. */
    public CheckpointStore checkpoints(int kept) {
        return new CheckpointStore(path.resolve("checkpoints"), kept);
    }

    /** Writes {@code summary.json}. */
    public void writeSummary(JsonObject summary) throws IOException {
        AtomicFiles.write(path.resolve("summary.json"), Json.pretty(summary));
    }

    /** Lets another process have the directory. */
    @Override
    public void close() throws IOException {
        lockFile.close();
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path.resolve(".lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // held by this process: the same as held by another
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            throw new RequestException(path + " is in use by a run that has not ended");
        }
        return channel;
    }
}
