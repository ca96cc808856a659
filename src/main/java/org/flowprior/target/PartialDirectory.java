package org.flowprior.target;

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
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory in the making, beside its place. A lock, which the operating system takes off a dead process, tells one
 * that is being written from one that was left.
 */
final class PartialDirectory {

    private static final String LOCK = "lock";

    private final Path target;
    private final Path partial;
    private final FileChannel lock;

    private PartialDirectory(Path target, Path partial, FileChannel lock) {
        this.target = target;
        this.partial = partial;
        this.lock = lock;
    }

    static PartialDirectory beside(Path directory) {
        Path target = directory.toAbsolutePath().normalize();
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new IllegalArgumentException(directory + ": is there already; remove it or choose another name");
        }
        Path partial = target.resolveSibling("." + target.getFileName() + ".partial");
        try {
            Files.createDirectories(partial);
            PartialDirectory made = new PartialDirectory(target, partial, locked(directory, partial.resolve(LOCK)));
            made.empty();
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": cannot be written: " + e.getMessage(), e);
        }
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
            throw new IllegalArgumentException(directory + ": another writer is writing this bank");
        }
        return channel;
    }

    Path target() {
        return target;
    }

    Path resolve(String name) {
        return partial.resolve(name);
    }

    void rename(String from, String to) throws IOException {
        Files.move(resolve(from), resolve(to), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Puts the directory in its place, when everything in it has reached the disk. */
    void publish() throws IOException {
        Files.delete(resolve(LOCK));
        force(partial);
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("something was put there meanwhile");
        }
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        force(target.getParent());
        lock.close();
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private void empty() throws IOException {
        List<Path> left;
        try (Stream<Path> files = Files.list(partial)) {
            left = files.filter(f -> !f.getFileName().toString().equals(LOCK)).toList();
        }
        for (Path file : left) {
            Files.delete(file);
        }
    }

    void discard() {
        try {
            empty();
            Files.deleteIfExists(resolve(LOCK));
            Files.delete(partial);
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(partial + ": cannot be removed: " + e.getMessage(), e);
        }
    }
}
