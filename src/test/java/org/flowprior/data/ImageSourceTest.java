package org.flowprior.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageSourceTest {

    @TempDir
    private Path directory;
    @TempDir
    private Path other;

    private byte[] png;
    private byte[] jpeg;

    @BeforeEach
    void readFiles() throws IOException {
        png = PillowFiles.files().get("rgb.png");
        jpeg = PillowFiles.files().get("rgb.jpg");
    }

    private void put(String path, byte[] content) throws IOException {
        Files.createDirectories(directory.resolve(path).getParent());
        Files.write(directory.resolve(path), content);
    }

    private static List<String> names(ImageSource source) {
        return IntStream.range(0, source.size()).mapToObj(source::name).toList();
    }

    private static List<Integer> labels(ImageSource source) {
        return IntStream.range(0, source.size()).mapToObj(source::label).toList();
    }

    @Test
    void aFolderHasOneClassADirectory() throws IOException {
        put("n02/b.JPEG", jpeg);
        put("n02/a.png", png);
        put("n01-x/z.png", png);
        put("n01/deep/er/y.jpg", jpeg);
        put("n01/notes.txt", png);
        try (ImageSource source = ImageSource.open(directory)) {
            assertThat(names(source)).containsExactly("n01/deep/er/y.jpg", "n01-x/z.png", "n02/a.png", "n02/b.JPEG");
            assertThat(source.classes()).containsExactly("n01", "n01-x", "n02");
            assertThat(labels(source)).containsExactly(0, 1, 2, 2);
            assertThat(source.image(2)).extracting(RgbImage::width, RgbImage::height).containsExactly(37, 29);
        }
    }

    @Test
    void aFlatFolderHasOneClass() throws IOException {
        put("b.png", png);
        put("a.png", png);
        try (ImageSource source = ImageSource.open(directory)) {
            assertThat(names(source)).containsExactly("a.png", "b.png");
            assertThat(source.classes()).containsExactly("");
            assertThat(labels(source)).containsExactly(0, 0);
        }
    }

    @Test
    void aListKeepsItsOrderAndRanksItsClasses() throws IOException {
        put("zebra/1.png", png);
        put("ant/1.png", png);
        put("filelist.txt", "zebra/1.png\nant/1.png\r\n\nzebra/missing.png\n".getBytes(StandardCharsets.UTF_8));
        for (Path path : List.of(directory, directory.resolve("filelist.txt"))) {
            try (ImageSource source = ImageSource.open(path)) {
                assertThat(names(source)).containsExactly("zebra/1.png", "ant/1.png", "zebra/missing.png");
                assertThat(labels(source)).containsExactly(1, 0, 1);
                assertThat(source.image(1).width()).isEqualTo(37);
                assertThatThrownBy(() -> source.image(2)).isInstanceOf(NoSuchFileException.class);
            }
        }
    }

    private void tar(String name, Object... namesAndContents) throws IOException {
        try (OutputStream out = Files.newOutputStream(directory.resolve(name));
                TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (int i = 0; i < namesAndContents.length; i += 2) {
                byte[] content = namesAndContents[i + 1] instanceof String text ? text.getBytes(StandardCharsets.UTF_8)
                        : (byte[]) namesAndContents[i + 1];
                TarArchiveEntry entry = new TarArchiveEntry((String) namesAndContents[i]);
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
    }

    @Test
    void shardsAreReadInOrderWithNumberedClasses() throws IOException {
        tar("b.tar", "0003.json", "{\"label\": 4, \"text\": \"a cat\"}", "0003.jpg", jpeg);
        tar("a.tar", "0002.jpg", jpeg, "0002.cls", "2\n", "./0001.png", png, "./0001.cls", "0");
        try (ImageSource source = ImageSource.open(directory)) {
            assertThat(names(source)).containsExactly("a.tar/0002.jpg", "a.tar/0001.png", "b.tar/0003.jpg");
            assertThat(labels(source)).containsExactly(2, 0, 4);
            assertThat(source.classes()).containsExactly("0", "1", "2", "3", "4");
            assertThat(source.image(1).pixels()).isEqualTo(ImageDecoder.decode(png, "").pixels());
        }
    }

    @Test
    void aShardsDirectoriesAreClassesWhereNothingElseIsStated() throws IOException {
        String longName = "wolf/" + "x".repeat(180) + ".jpg";
        tar("one.tar", longName, jpeg, "ant/1.png", png, "wolf/2.png", png);
        try (ImageSource source = ImageSource.open(directory.resolve("one.tar"))) {
            assertThat(names(source)).startsWith("one.tar/" + longName);
            assertThat(source.classes()).containsExactly("ant", "wolf");
            assertThat(labels(source)).containsExactly(1, 0, 1);
            assertThat(source.image(0).width()).isEqualTo(37);
        }
    }

    @Test
    void whatHoldsNoImagesIsRefused() throws IOException {
        assertThatThrownBy(() -> ImageSource.open(directory)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("holds no image");
        assertThatThrownBy(() -> ImageSource.open(directory.resolve("gone"))).isInstanceOf(NoSuchFileException.class);
        put("x.tar.zst", png);
        assertThatThrownBy(() -> ImageSource.open(directory.resolve("x.tar.zst"))).hasMessageContaining("unpack");
        put("broken.tar", new byte[] {1, 2, 3});
        assertThatThrownBy(() -> ImageSource.open(directory)).hasMessageContaining("broken.tar");
        Files.delete(directory.resolve("broken.tar"));
        tar("damaged.tar", "1.json", "{", "1.png", png);
        assertThatThrownBy(() -> ImageSource.open(directory)).hasMessageContaining("damaged.tar")
                .hasMessageContaining("1.json is no JSON");
    }

    /** At every 64th byte: within headers, at the end of members, within the blocks of zeros. */
    @Test
    void aTarCutAnywhereIsRefused() throws IOException {
        tar("whole.tar", "1.png", png, "1.cls", "3", "2.png", png);
        byte[] whole = Files.readAllBytes(directory.resolve("whole.tar"));
        Path cut = directory.resolve("cut.tar");
        int least = 3 * 512 + 2 * ((png.length + 511) / 512 * 512) + 512 + 1024;
        for (int length = 0; length < least; length += 64) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> ImageSource.open(cut)).as("of " + length + " bytes")
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("cut.tar is not a complete tar");
        }
        Files.write(cut, Arrays.copyOf(whole, least));
        try (ImageSource source = ImageSource.open(cut)) {
            assertThat(labels(source)).hasSize(2);
        }
    }

    @Test
    void compressedShardsAreReadAndLeaveNothing() throws IOException {
        tar("a.tar", "0.png", png, "0.cls", "1");
        tar("b.tar", "1.jpg", jpeg, "1.cls", "0");
        for (String[] names : new String[][] {{"a.tar", "a.tar.gz"}, {"b.tar", "b.tgz"}}) {
            Path packed = directory.resolve(names[1]);
            try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
                Files.copy(directory.resolve(names[0]), out);
            }
            Files.delete(directory.resolve(names[0]));
        }
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        try (ImageSource source = ImageSource.open(directory)) {
            assertThat(names(source)).containsExactly("a.tar.gz/0.png", "b.tgz/1.jpg");
            assertThat(labels(source)).containsExactly(1, 0);
            assertThat(source.image(0).pixels()).isEqualTo(ImageDecoder.decode(png, "").pixels());
            assertThat(source.image(1).pixels()).isEqualTo(ImageDecoder.decode(jpeg, "").pixels());
            try (Stream<Path> left = Files.list(temporary)) {
                assertThat(left.map(Path::getFileName).map(Path::toString))
                        .noneMatch(name -> name.matches("flowprior-.*\\.tar"));
            }
        }
        Path c = Files.createDirectories(other.resolve("images"));
        Files.write(c.resolve("0.png"), png);
        Files.copy(directory.resolve("b.tgz"), c.resolveSibling("backup.tgz"));
        try (ImageSource source = ImageSource.open(c.getParent())) {
            assertThat(names(source)).as("of a folder with images and a compressed tar").containsExactly("images/0.png");
        }
        byte[] packed = Files.readAllBytes(directory.resolve("b.tgz"));
        Files.write(directory.resolve("b.tgz"), Arrays.copyOf(packed, packed.length - 30));
        assertThatThrownBy(() -> ImageSource.open(directory)).hasMessageContaining("b.tgz is not a complete tar file");
    }

    @Test
    void linksThatLeadNowhereOrRoundAreNamed() throws IOException, InterruptedException {
        put("a/1.png", png);
        Path broken = Files.createSymbolicLink(directory.resolve("a/2.png"), directory.resolve("gone.png"));
        assertThatThrownBy(() -> ImageSource.open(directory)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(broken + " is a symbolic link to a file that does not exist; remove it");
        Files.delete(broken);
        Path loop = Files.createSymbolicLink(directory.resolve("a/loop"), directory);
        assertThatThrownBy(() -> ImageSource.open(directory)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(loop + ": the symbolic link leads back to a directory above it; remove it");
        Files.delete(loop);
        Path pipe = directory.resolve("a/pipe.png");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        assertThatThrownBy(() -> ImageSource.open(directory)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(pipe + " is no regular file but a pipe, a socket or a device; remove it");
        put("filelist.txt", "a/pipe.png\n".getBytes(StandardCharsets.UTF_8));
        try (ImageSource listed = ImageSource.open(directory)) {
            assertThatThrownBy(() -> listed.image(0)).hasMessage("a/pipe.png: corrupt image: no regular file");
        }
        Files.delete(pipe);
        Files.delete(directory.resolve("filelist.txt"));
        Files.createSymbolicLink(directory.resolve("a/3.png"), directory.resolve("a/1.png"));
        try (ImageSource source = ImageSource.open(directory)) {
            assertThat(names(source)).containsExactly("a/1.png", "a/3.png");
        }
    }
}
