package org.flowprior.torch.io;

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
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory in the making, hidden beside its place until {@link #publish} renames it. A lock, which the operating
 * system takes off a dead process, tells one that is being written from one that was left.
 */
public final class PartialDirectory {

    private static final String LOCK = "lock";

    private final Path target;
    private final Path partial;
    private final FileChannel lock;

    private PartialDirectory(Path target, Path partial, FileChannel lock) {
        this.target = target;
        this.partial = partial;
        this.lock = lock;
    }

    /**
     * An empty directory that is to become that one. What a dead writer left there is removed.
     *
     * @throws IllegalArgumentException when something is in its place already, or another process is writing it
     * @throws UncheckedIOException     when the disk refuses
     */
    public static PartialDirectory beside(Path directory) {
        PartialDirectory made = continued(directory);
        try {
            made.retain(List.of());
            return made;
        } catch (IOException e) {
            throw cannotWrite(directory, e);
        }
    }

    /** As {@link #beside}, but with the files that a dead writer left, or one that has {@link #leave left}. */
    public static PartialDirectory continued(Path directory) {
        Path target = directory.toAbsolutePath().normalize();
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new IllegalArgumentException(directory + ": is there already; remove it or choose another name");
        }
        Path partial = target.resolveSibling("." + target.getFileName() + ".partial");
        try {
            Files.createDirectories(partial);
            return new PartialDirectory(target, partial, locked(directory, partial.resolve(LOCK)));
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

    /** Where the directory is to be. */
    public Path target() {
        return target;
    }

    /** The place of a file until then. */
    public Path resolve(String name) {
        return partial.resolve(name);
    }

    /** Gives a file another name. */
    public void rename(String from, String to) throws IOException {
        Files.move(resolve(from), resolve(to), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Puts the directory in its place, when everything in it has reached the disk. */
    public void publish() throws IOException {
        Files.delete(resolve(LOCK));
        AtomicFiles.force(partial);
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("something was put there meanwhile");
        }
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        AtomicFiles.force(target.getParent());
        lock.close();
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

    /** Lets go of the directory, whose files stay for a writer that {@linkplain #continued continues} it. */
    public void leave() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(partial + ": cannot be unlocked: " + e.getMessage(), e);
        }
    }

    /** Deletes the directory with all that is in it. */
    public void discard() {
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
