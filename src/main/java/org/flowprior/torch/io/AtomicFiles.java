package org.flowprior.torch.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.UUID;

/** Writes files that are complete or not there: under another name beside the target, forced to the disk, renamed. */
public final class AtomicFiles {

    /**
     * Writes the bytes of a file.
     *
     * @param <T> class of the stream or channel
     */
    @FunctionalInterface
    public interface Body<T> {
        /** Writes everything; the caller closes the stream or channel. */
        void write(T out) throws IOException;
    }

    private static final String PREFIX = ".flowprior-";
    private static final String SUFFIX = ".tmp";

    private AtomicFiles() {}

    /** Writes a text in UTF-8, see {@link #write(Path, Body)}. */
    public static void write(Path target, String text) {
        write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Writes a file, and replaces an old one. If the target is a symbolic link, the file that it points to is replaced.
     * If the body throws, the old file stays. A directory, a device or a pipe is refused.
     *
     * @throws java.io.UncheckedIOException naming the file, if it cannot be written
     */
    public static void write(Path target, Body<OutputStream> body) {
        writeChannel(target, channel -> {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
            body.write(out);
            out.flush();
        });
    }

    /** As {@link #write(Path, Body)}. */
    static void writeChannel(Path target, Body<FileChannel> body) {
        try {
            Path place = Files.isSymbolicLink(target) && Files.exists(target) ? target.toRealPath() : target;
            if (Files.exists(place) && !Files.isRegularFile(place)) {
                throw new IOException(Files.isDirectory(place) ? "it is a directory" : "it is not a regular file");
            }
            Path beside = place.resolveSibling(PREFIX + UUID.randomUUID() + SUFFIX);
            try {
                try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE)) {
                    DirectoryLock.isLocked(channel); // until it is closed, for removeLeftovers
                    body.write(channel);
                    channel.force(true);
                }
                Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE);
                force(place.toAbsolutePath().getParent());
            } catch (Throwable failure) {
                Files.deleteIfExists(beside);
                throw failure;
            }
        } catch (IOException e) {
            throw FileErrors.writing(target, e);
        }
    }

    /** Removes files that killed processes were writing into a directory; those that are being written stay. */
    public static void removeLeftovers(Path directory) throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(directory, PREFIX + "*" + SUFFIX)) {
            for (Path leftover : leftovers) {
                try (FileChannel channel = FileChannel.open(leftover, StandardOpenOption.WRITE)) {
                    if (isOld(leftover) && DirectoryLock.isLocked(channel)) {
                        Files.delete(leftover);
                    }
                } catch (NoSuchFileException e) {
                    // another process has just finished or removed it
                }
            }
        }
    }

    /** A new file may belong to a process that has not locked it yet. */
    private static boolean isOld(Path file) throws IOException {
        return Files.getLastModifiedTime(file).toInstant().isBefore(Instant.now().minusSeconds(1));
    }

    /** Waits until the bytes of a file, or the entries of a directory, are on the disk. */
    public static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Writes everything that remains in the buffer. */
    static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
