package org.flowprior.torch.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Files that are there whole or not at all: written beside their place, forced to the disk, and renamed. */
public final class AtomicFiles {

    /** What writes a file's bytes. */
    @FunctionalInterface
    public interface Body {
        /** Writes everything; the stream is closed by the caller. */
        void write(OutputStream out) throws IOException;
    }

    /** What writes a file's bytes to a channel. */
    @FunctionalInterface
    interface ChannelBody {
        /** Writes everything; the channel is closed by the caller. */
        void write(FileChannel channel) throws IOException;
    }

    private AtomicFiles() {}

    /** As {@link #write(Path, Body)}, a text in UTF-8. */
    public static void write(Path target, String text) {
        write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Puts a file with what the body writes in the place of what is there, also where a link points to; an exception
     * leaves the old one. What is no file, as a device or a pipe, is refused.
     *
     * @throws java.io.UncheckedIOException naming the file, when it cannot be written
     */
    public static void write(Path target, Body body) {
        writeChannel(target, channel -> {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
            body.write(out);
            out.flush();
        });
    }

    /** As {@link #write(Path, Body)}. */
    static void writeChannel(Path target, ChannelBody body) {
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
                force(place.toAbsolutePath().getParent());
            } catch (Throwable failure) {
                Files.deleteIfExists(beside);
                throw failure;
            }
        } catch (IOException e) {
            throw FileErrors.writing(target, e);
        }
    }

    /** Waits until the file's bytes, or the directory's entries and their names, are on the disk. */
    public static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Writes all that remains in the buffer. */
    static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
