package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

    @TempDir
    Path folder;

    private static void put(FileChannel channel, String text) throws IOException {
        AtomicFile.writeFully(channel, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aNewFileTakesTheOldOnesPlaceAndNothingElseRemains() {
        Path file = folder.resolve("x");
        AtomicFile.write(file, channel -> put(channel, "a longer old text"));
        AtomicFile.write(file, channel -> put(channel, "new"));

        assertThat(file).hasContent("new");
        assertThat(folder.toFile().list()).containsExactly("x");
    }

    @Test
    void aFailureInTheMiddleLeavesTheOldFileAndNoOther() {
        Path file = folder.resolve("x");
        AtomicFile.write(file, channel -> put(channel, "old"));

        assertThatThrownBy(() -> AtomicFile.write(file, channel -> {
            put(channel, "half");
            throw new FileSystemException("beside", null, "No space left on device");
        })).isExactlyInstanceOf(UncheckedIOException.class)
                .hasMessage(file + ": cannot be written: No space left on device");
        assertThatThrownBy(() -> AtomicFile.write(file, channel -> {
            throw new IllegalStateException("a tensor is closed");
        })).isExactlyInstanceOf(IllegalStateException.class);
        assertThat(file).hasContent("old");
        assertThat(folder.toFile().list()).containsExactly("x");
    }

    @Test
    void placesThatCannotBeWrittenAreNamed() {
        Path nowhere = folder.resolve("missing").resolve("x");

        assertThatThrownBy(() -> AtomicFile.write(nowhere, channel -> { }))
                .hasMessage(nowhere + ": cannot be written: no such file or directory");
        assertThatThrownBy(() -> AtomicFile.write(folder, channel -> { }))
                .hasMessage(folder + ": cannot be written: it is a directory");
    }

    @Test
    void aLinkStaysALink() throws IOException {
        Path file = Files.createDirectory(folder.resolve("real")).resolve("x");
        AtomicFile.write(file, channel -> put(channel, "old"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        AtomicFile.write(link, channel -> put(channel, "new"));

        assertThat(link).isSymbolicLink();
        assertThat(file).hasContent("new");
    }

    @Test
    void aPipeStaysAPipe() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        Path link = Files.createSymbolicLink(folder.resolve("link"), pipe);

        for (Path target : new Path[] {pipe, link}) {
            assertThatThrownBy(() -> AtomicFile.write(target, channel -> put(channel, "new")))
                    .hasMessage(target + ": cannot be written: it is no regular file");
        }
        assertThat(Files.readAttributes(pipe, BasicFileAttributes.class).isOther()).isTrue();
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("pipe", "link");
    }
}
