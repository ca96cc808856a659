package org.flowprior.torch.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes a file beside the target and renames it when it is whole and on the disk. */
public final class AtomicFile {

    /** What writes the content. */
    @FunctionalInterface
    public interface Body {
        /** Writes everything; the channel is closed by the caller. */
        void write(FileChannel channel) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Puts a file with what the body writes in the place of what is there, also where a link points to; an exception
     * leaves the old one. What is no file, as a device or a pipe, is refused.
     *
     * @throws java.io.UncheckedIOException naming the file, when it cannot be written
     */
    public static void write(Path target, Body body) {
        try {
            Path place = Files.isSymbolicLink(target) && Files.exists(target) ? target.toRealPath() : target;
            if (Files.isDirectory(place)) {
                throw new IOException("it is a directory");
            }
            if (Files.exists(place) && !Files.isRegularFile(place)) {
                throw new IOException("it is no regular file");
            }
            Path beside = place.resolveSibling(".flowprior-" + UUID.randomUUID() + ".tmp");
            try {
                try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE)) {
                    body.write(channel);
                    channel.force(true);
                }
                Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE);
                forceDirectory(place);
            } catch (Throwable failure) {
                Files.deleteIfExists(beside);
                throw failure;
            }
        } catch (IOException e) {
            throw FileErrors.writing(target, e);
        }
    }

    /** The rename itself must reach the disk too. */
    private static void forceDirectory(Path file) throws IOException {
        try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** Writes all that remains in the buffer. */
    static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
