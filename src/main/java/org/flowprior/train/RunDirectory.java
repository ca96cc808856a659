package org.flowprior.train;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flowprior.config.Json;
import org.flowprior.config.RequestException;
import org.flowprior.torch.io.AtomicFiles;
import org.flowprior.torch.io.DirectoryLock;

/**
 * The directory of a run: {@code config.json}, {@code metrics.jsonl}, TensorBoard's events, {@code checkpoints/},
 * {@code figures/} and {@code summary.json}. A lock file keeps other processes out.
 */
public final class RunDirectory implements AutoCloseable {

    private static final String CONFIG = "config.json";
    private static final String LOCK = ".lock";

    private final Path path;
    private final DirectoryLock lock;
    private final Object key;

    private RunDirectory(Path path) throws IOException {
        this.path = path;
        this.lock = DirectoryLock.of(path)
                .orElseThrow(() -> new RequestException(path + " is in use by a run that has not ended"));
        this.key = key(path);
    }

    /** Returns what tells the lock file from another under the same name; null where there is no such thing. */
    private static Object key(Path path) throws IOException {
        return Files.readAttributes(path.resolve(LOCK), BasicFileAttributes.class).fileKey();
    }

    /**
     * Checks that the directory is still there and still the same.
     *
     * @throws IOException if it was removed, renamed or replaced
     */
    void requireThere() throws IOException {
        try {
            if (Files.exists(path.resolve(CONFIG)) && Objects.equals(key, key(path))) {
                return;
            }
        } catch (NoSuchFileException e) {
            // the same as another file under its name
        }
        throw new IOException(path + " was removed, renamed or replaced while the run was going on, so its records are "
                + "lost; the run ends here");
    }

    /**
     * Begins a run: makes the directory and writes the config.
     *
     * @throws RequestException if the directory has a run already, or is in use
     */
    public static RunDirectory create(Path path, JsonObject config) throws IOException {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new RequestException(path + " is a file; --out names the directory of the run");
        }
        Files.createDirectories(path);
        RunDirectory run = new RunDirectory(path);
        try {
            requireNoRun(path);
            AtomicFiles.write(path.resolve(CONFIG), Json.pretty(config));
            return run;
        } catch (RuntimeException e) {
            run.close();
            throw e;
        }
    }

    private static void requireNoRun(Path path) {
        for (String name : List.of(CONFIG, "metrics.jsonl", "checkpoints", "summary.json")) {
            if (Files.exists(path.resolve(name))) {
                throw new RequestException(path + " holds a run already (" + name
                        + "); --resume continues it, --out DIR puts a new one elsewhere");
            }
        }
    }

    /**
     * Checks that a run can begin in a directory, and writes nothing.
     *
     * @throws RequestException if the directory has a run already, or cannot be made
     */
    public static void requireFree(Path path) {
        requireNoRun(path);
        Path place = path.toAbsolutePath();
        while (!Files.exists(place)) {
            place = place.getParent();
        }
        if (!Files.isDirectory(place) || !Files.isWritable(place)) {
            throw new RequestException(path + " cannot be made: " + place
                    + (Files.isDirectory(place) ? " may not be written" : " is a file"));
        }
    }

    /**
     * Continues the run in a directory.
     *
     * @throws RequestException if the directory has no run, or is in use
     */
    public static RunDirectory resume(Path path) throws IOException {
        configOf(path);
        return new RunDirectory(path);
    }

    /**
     * Returns the file with the config of the run in a directory, which need not be free.
     *
     * @throws RequestException if the directory has no run
     */
    public static Path configOf(Path path) {
        if (!isRun(path)) {
            throw new RequestException(path + " holds no run to resume (no " + CONFIG + ")");
        }
        return path.resolve(CONFIG);
    }

    /** Returns whether a run was begun in the directory. */
    public static boolean isRun(Path path) {
        return Files.isRegularFile(path.resolve(CONFIG));
    }

    /** Returns an unused path below {@code parent}: {@code name}, else {@code name-2}, and so on. */
    public static Path unused(Path parent, String name) {
        Path path = parent.resolve(name);
        for (int i = 2; Files.exists(path); i++) {
            path = parent.resolve(name + "-" + i);
        }
        return path;
    }

    /**
     * Returns the run that was begun last among those that {@link #unused} named.
     *
     * @throws RequestException if there is none
     */
    public static Path latest(Path parent, String name) throws IOException {
        if (Files.isDirectory(parent)) {
            try (Stream<Path> files = Files.list(parent)) {
                Optional<Path> newest = files.filter(RunDirectory::isRun)
                        .filter(p -> p.getFileName().toString().matches(Pattern.quote(name) + "(-\\d+)?"))
                        .max(Comparator.comparingLong(p -> p.resolve(CONFIG).toFile().lastModified()));
                if (newest.isPresent()) {
                    return newest.get();
                }
            }
        }
        throw new RequestException("there is no run " + parent.resolve(name) + " to resume; --out DIR names one");
    }

    /** Returns the path of the directory. */
    public Path path() {
        return path;
    }

    /** Returns the file of the resolved config. */
    public Path config() {
        return path.resolve(CONFIG);
    }

    /** Returns the directory of figures and their numbers; creates it if it does not exist. */
    public Path figures() throws IOException {
        return Files.createDirectories(path.resolve("figures"));
    }

    /** Returns the newest checkpoint, if there is one. */
    public Optional<Path> newestCheckpoint() throws IOException {
        return checkpoints(1).newest();
    }

    /** Returns the run's checkpoints, of which the newest {@code kept} are kept. */
    public CheckpointStore checkpoints(int kept) {
        return new CheckpointStore(path.resolve("checkpoints"), kept);
    }

    /** Writes {@code summary.json}. */
    public void writeSummary(JsonObject summary) throws IOException {
        AtomicFiles.write(path.resolve("summary.json"), Json.pretty(summary));
    }

    /** Unlocks the directory. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
