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
 * A store that is being written. Until {@link #publish} renames it, its directory is hidden beside the target, so that
 * a failure leaves no incomplete store. A lock tells a directory that is being written from an abandoned one; the
 * operating system releases it if the process dies.
 */
public final class PartialStore {

    /** Writes files of a store. */
    @FunctionalInterface
    public interface Step {
        /** Writes the files. */
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
     * Begins a store in that directory, and removes the files of a writer that died before.
     *
     * @throws IllegalArgumentException if the directory exists, or another writer is writing it
     * @throws UncheckedIOException     if it cannot be written
     */
    public static PartialStore beside(Path directory) {
        PartialStore store = continued(directory);
        store.write(() -> store.retain(List.of()));
        return store;
    }

    /** As {@link #beside}, but keeps the files of a writer that died or has {@link #leave left}. */
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
            throw failed(directory, "written", e);
        }
    }

    private static UncheckedIOException failed(Path file, String verb, IOException e) {
        return new UncheckedIOException(file + ": cannot be " + verb + ": " + e.getMessage(), e);
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

    /** Returns the directory in which the store will be. */
    public Path target() {
        return target;
    }

    /** Returns the complete shards; the writer adds to the list. */
    public List<Shard> shards() {
        return shards;
    }

    /** Returns whether the store is published, left or discarded. */
    public boolean ended() {
        return ended;
    }

    /** Throws {@link IllegalStateException} if the store has ended; the message calls it {@code kind}. */
    public void requireOpen(String kind) {
        if (ended) {
            throw new IllegalStateException("this " + kind + " is finished or closed");
        }
    }

    /** Runs a step. An {@link IOException} becomes an {@link UncheckedIOException} that names the store. */
    public void write(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            throw failed(target, "written", e);
        }
    }

    /** Returns the path of a file until the store is published. */
    public Path resolve(String name) {
        return partial.resolve(name);
    }

    /** Gives a file another name. */
    public void rename(String from, String to) throws IOException {
        Files.move(resolve(from), resolve(to), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Writes the description, waits until everything is on the disk, and renames the directory to its target.
     *
     * @param file    name of the description
     * @param scratch names of files that do not belong to the store and are deleted
     * @throws UncheckedIOException if it cannot be written
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
                throw new IOException("another program has created it in the meantime");
            }
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            AtomicFiles.force(target.getParent());
            lock.close();
        });
        ended = true;
    }

    /** Deletes all files but these. */
    public void retain(Collection<String> names) throws IOException {
        try (Stream<Path> files = Files.list(partial)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (!names.contains(name) && !name.equals(LOCK)) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Ends the writing and unlocks the directory. Its files stay, and {@link #continued} can take them up. */
    public void leave() {
        ended = true;
        try {
            lock.close();
        } catch (IOException e) {
            throw failed(partial, "unlocked", e);
        }
    }

    /** Ends the writing and deletes the directory with its files. */
    public void discard() {
        ended = true;
        try {
            retain(List.of());
            Files.deleteIfExists(resolve(LOCK));
            Files.delete(partial);
            lock.close();
        } catch (IOException e) {
            throw failed(partial, "removed", e);
        }
    }
}
