package org.flowprior.shards;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.flowprior.config.Json;
import org.flowprior.torch.io.AtomicFiles;

/**
 * A store that is being written, in a hidden directory beside its place until {@link #publish} renames the directory:
 * whatever happens before leaves no store. A lock, which the operating system takes off a dead process, tells a
 * directory that is being written from one that was left.
 */
public final class PartialStore {

    /** Writes something. */
    @FunctionalInterface
    public interface Step {
        /** Does it. */
        void run() throws IOException;
    }

    private static final String LOCK = "lock";

    private final Path target;
    private final Path partial;
    private final FileChannel lock;
    private final List<Shard> shards = new ArrayList<>();
    private boolean ended;

    private PartialStore(Path target, Path partial, FileChannel lock) {
        this.target = target;
        this.partial = partial;
        this.lock = lock;
    }

    /**
     * Begins a store in that place, and removes what a dead writer left of it.
     *
     * @throws IllegalArgumentException when something is in its place already, or another process is writing it
     * @throws UncheckedIOException     when the disk refuses
     */
    public static PartialStore beside(Path directory) {
        PartialStore made = continued(directory);
        try {
            made.retain(List.of());
            return made;
        } catch (IOException e) {
            throw cannotWrite(directory, e);
        }
    }

    /** Begins like {@link #beside}, with the files that a dead writer left, or one that has {@link #leave left}. */
    public static PartialStore continued(Path directory) {
        Path target = directory.toAbsolutePath().normalize();
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new IllegalArgumentException(directory + ": is there already; remove it or choose another name");
        }
        Path partial = target.resolveSibling("." + target.getFileName() + ".partial");
        try {
            Files.createDirectories(partial);
            return new PartialStore(target, partial, locked(directory, partial.resolve(LOCK)));
        } catch (IOException e) {
            throw cannotWrite(directory, e);
        }
    }

    private static UncheckedIOException cannotWrite(Path directory, IOException e) {
        return new UncheckedIOException(directory + ": cannot be written: " + e.getMessage(), e);
    }

    private static FileChannel locked(Path directory, Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held;
        try {
            held = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            held = null;
        }
        if (held == null) {
            channel.close();
            throw new IllegalArgumentException(directory + ": another writer is writing it");
        }
        return channel;
    }

    /** Where the store will be. */
    public Path target() {
        return target;
    }

    /** The whole shards so far; the writer adds to it. */
    public List<Shard> shards() {
        return shards;
    }

    /** Whether the store is published, left or discarded. */
    public boolean ended() {
        return ended;
    }

    /** Throws {@link IllegalStateException} once the store has ended; {@code kind} is what the message calls it. */
    public void requireOpen(String kind) {
        if (ended) {
            throw new IllegalStateException("this " + kind + " is finished or closed");
        }
    }

    /** Runs a step; {@link UncheckedIOException} names the store when the disk refuses. */
    public void write(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            throw cannotWrite(target, e);
        }
    }

    /** The place of a file until then. */
    public Path resolve(String name) {
        return partial.resolve(name);
    }

    /** Gives a file another name. */
    public void rename(String from, String to) throws IOException {
        Files.move(resolve(from), resolve(to), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Writes the description and puts the store in its place, when everything in it has reached the disk.
     *
     * @param file    name of the description
     * @param scratch names of files that do not belong to the store
     * @throws UncheckedIOException when the disk refuses
     */
    public void publish(String file, JsonObject description, String... scratch) {
        write(() -> {
            AtomicFiles.write(resolve(file), Json.pretty(description));
            for (String name : scratch) {
                Files.delete(resolve(name));
            }
            Files.delete(resolve(LOCK));
            AtomicFiles.force(partial);
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("something was put there meanwhile");
            }
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            AtomicFiles.force(target.getParent());
            lock.close();
        });
        ended = true;
    }

    /** Deletes all files but these. */
    public void retain(Collection<String> names) throws IOException {
        List<Path> others;
        try (Stream<Path> files = Files.list(partial)) {
            others = files.filter(f -> !names.contains(f.getFileName().toString())
                    && !f.getFileName().toString().equals(LOCK)).toList();
        }
        for (Path file : others) {
            Files.delete(file);
        }
    }

    /** Ends the writing and unlocks the directory, whose files stay for a writer that {@linkplain #continued continues} it. */
    public void leave() {
        ended = true;
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(partial + ": cannot be unlocked: " + e.getMessage(), e);
        }
    }

    /** Deletes the directory with all that is in it. */
    public void discard() {
        ended = true;
        try {
            retain(List.of());
            Files.deleteIfExists(resolve(LOCK));
            Files.delete(partial);
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(partial + ": cannot be removed: " + e.getMessage(), e);
        }
    }
}
