package org.flowprior.train;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;
import org.flowprior.torch.io.AtomicFile;

/** Files that are there whole or not at all: written beside their place, forced to the disk, and renamed. */
public final class AtomicFiles {

    /** What writes a file's bytes. */
    @FunctionalInterface
    public interface Body {
        /** Writes everything; the stream is closed by the caller. */
        void write(OutputStream out) throws IOException;
    }

    private AtomicFiles() {}

    /** Puts a file with that text, in UTF-8, in the place of what is there. */
    public static void write(Path file, String text) {
        write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Puts a file with what the body writes in the place of what is there; an exception leaves the old one. */
    public static void write(Path file, Body body) {
        AtomicFile.write(file, channel -> {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
            body.write(out);
            out.flush();
        });
    }

    /** The place beside the file, or directory, in which it is made. */
    static Path partial(Path file) {
        return file.resolveSibling("." + file.getFileName() + ".partial");
    }

    /** Waits until the file's bytes, or the directory's entries, are on the disk. */
    static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Deletes a directory and what it holds; does nothing where there is none. */
    static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
