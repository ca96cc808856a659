package org.flowprior.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32C;
import org.flowprior.data.ImageSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintTest {

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 200_000})
    void aSmallFileIsReadWhole(int length) throws IOException {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        Path file = Files.write(directory.resolve("file"), bytes);
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        assertThat(Fingerprint.ofFile(file).parts()).isEqualTo(
                Map.of("file", length + " bytes, checksum %08x".formatted(checksum.getValue())));
    }

    /** A file with holes, so that 3 GiB take no place on the disk. */
    @Test
    void ofALargeFileAThirdIsReadAndItsEnds() throws IOException {
        Path file = directory.resolve("large");
        long length = (3L << 30) - 5;
        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(length);
        }
        Fingerprint zeros = Fingerprint.ofFile(file);
        assertThat(zeros.parts().get("large")).startsWith(length + " bytes, ").endsWith(" of one in 3 of its blocks");
        for (long place : new long[] {0, length - 1, 3 * 65_536 + 1}) {
            write(file, place, 1);
            assertThat(zeros.differenceTo(Fingerprint.ofFile(file))).as("" + place).isPresent();
            write(file, place, 0);
        }
        write(file, 65_536 + 1, 1); // the documented blind spot
        assertThat(zeros.differenceTo(Fingerprint.ofFile(file))).isEmpty();
    }

    private static void write(Path file, long place, int value) throws IOException {
        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
            large.seek(place);
            large.write(value);
        }
    }

    @Test
    void ofManyImagesAllNamesAndSizesCountAndTheContentOfSome() throws IOException {
        for (int i = 0; i < 20_001; i++) {
            Files.write(directory.resolve("%05d.png".formatted(i)), new byte[] {(byte) i, 0});
        }
        Fingerprint begun = images();
        assertThat(begun.parts()).hasSize(4).containsEntry("number of images", "20001");
        assertThat(begun.parts().get("content of the images")).endsWith(" of one in 2");
        change("00004.png", new byte[] {4, 1}, "content of the images");
        change("00003.png", new byte[] {3, 0, 0}, "sizes of the images");
        assertThat(begun.differenceTo(images())).isEmpty();
        Files.move(directory.resolve("00003.png"), directory.resolve("00003.jpg"));
        assertThat(begun.differenceTo(images())).hasValueSatisfying(d -> assertThat(d).startsWith("names of the imag"));
    }

    private Fingerprint images() throws IOException {
        try (ImageSource images = ImageSource.open(directory)) {
            return ImageFingerprint.of(directory, images);
        }
    }

    private void change(String name, byte[] content, String named) throws IOException {
        Fingerprint begun = images();
        byte[] before = Files.readAllBytes(directory.resolve(name));
        Files.write(directory.resolve(name), content);
        assertThat(begun.differenceTo(images())).hasValueSatisfying(d -> assertThat(d).startsWith(named));
        Files.write(directory.resolve(name), before);
    }

    @Test
    void drawnImagesAreTheirDescription() throws IOException {
        Path five = Path.of("procedural:8?count=5");
        Path six = Path.of("procedural:8?count=6");
        try (ImageSource a = ImageSource.open(five); ImageSource b = ImageSource.open(six)) {
            assertThat(ImageFingerprint.of(five, a).differenceTo(ImageFingerprint.of(five, a))).isEmpty();
            assertThat(ImageFingerprint.of(five, a).differenceTo(ImageFingerprint.of(six, b))).isPresent();
        }
    }

    @Test
    void aListIsTheFilesTheyName() throws IOException {
        Files.write(directory.resolve("a.png"), new byte[] {1});
        Files.write(directory.resolve("b.png"), new byte[] {2});
        Path list = Files.writeString(directory.resolve("list.txt"), "b.png\na.png\nmissing.png\n");
        try (ImageSource images = ImageSource.open(list)) {
            Fingerprint begun = ImageFingerprint.of(list, images);
            assertThat(begun.parts()).containsEntry("number of images", "3");
            Files.write(directory.resolve("b.png"), new byte[] {3});
            assertThat(begun.differenceTo(ImageFingerprint.of(list, images))).isPresent();
        }
    }
}
