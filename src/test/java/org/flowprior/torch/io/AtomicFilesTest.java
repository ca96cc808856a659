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

class AtomicFilesTest {

    @TempDir
    Path folder;

    private static void put(FileChannel channel, String text) throws IOException {
        AtomicFiles.writeFully(channel, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aNewFileTakesTheOldOnesPlaceAndNothingElseRemains() {
        Path file = folder.resolve("x");
        AtomicFiles.writeChannel(file, channel -> put(channel, "a longer old text"));
        AtomicFiles.writeChannel(file, channel -> put(channel, "new"));

        assertThat(file).hasContent("new");
        assertThat(folder.toFile().list()).containsExactly("x");
    }

    @Test
    void aFailureInTheMiddleLeavesTheOldFileAndNoOther() {
        Path file = folder.resolve("x");
        AtomicFiles.writeChannel(file, channel -> put(channel, "old"));

        assertThatThrownBy(() -> AtomicFiles.writeChannel(file, channel -> {
            put(channel, "half");
            throw new FileSystemException("beside", null, "No space left on device");
        })).isExactlyInstanceOf(UncheckedIOException.class)
                .hasMessage(file + ": cannot be written: No space left on device");
        assertThatThrownBy(() -> AtomicFiles.writeChannel(file, channel -> {
            throw new IllegalStateException("a tensor is closed");
        })).isExactlyInstanceOf(IllegalStateException.class);
        assertThat(file).hasContent("old");
        assertThat(folder.toFile().list()).containsExactly("x");
    }

    @Test
    void placesThatCannotBeWrittenAreNamed() {
        Path nowhere = folder.resolve("missing").resolve("x");

        assertThatThrownBy(() -> AtomicFiles.writeChannel(nowhere, channel -> {}))
                .hasMessage(nowhere + ": cannot be written: no such file or directory");
        assertThatThrownBy(() -> AtomicFiles.writeChannel(folder, channel -> {}))
                .hasMessage(folder + ": cannot be written: it is a directory");
    }

    @Test
    void aLinkStaysALink() throws IOException {
        Path file = Files.createDirectory(folder.resolve("real")).resolve("x");
        AtomicFiles.writeChannel(file, channel -> put(channel, "old"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        AtomicFiles.writeChannel(link, channel -> put(channel, "new"));

        assertThat(link).isSymbolicLink();
        assertThat(file).hasContent("new");
    }

    @Test
    void aPipeStaysAPipe() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        Path link = Files.createSymbolicLink(folder.resolve("link"), pipe);

        for (Path target : new Path[] {pipe, link}) {
            assertThatThrownBy(() -> AtomicFiles.writeChannel(target, channel -> put(channel, "new")))
                    .hasMessage(target + ": cannot be written: it is not a regular file");
        }
        assertThat(Files.readAttributes(pipe, BasicFileAttributes.class).isOther()).isTrue();
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("pipe", "link");
    }
}
