package org.flowprior.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProceduralImagesTest {

    private static String hash(ProceduralImages images, int count) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        IntStream.range(0, count).forEach(i -> digest.update(images.image(i).pixels()));
        return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    }

    /** A change here changes every run on drawn images, and the README's figures with them. */
    @Test
    void theBytesNeverChange() throws NoSuchAlgorithmException {
        assertThat(hash(new ProceduralImages(30, 32, 0), 30)).isEqualTo("c8ef90c573704624");
        assertThat(hash(new ProceduralImages(30, 17, -5), 30)).isEqualTo("d93aa5b2b1a28c06");
    }

    @Test
    void anImageDependsOnSeedAndPlaceAlone() {
        ProceduralImages images = new ProceduralImages(100, 16, 3);
        byte[] pixels = images.image(57).pixels();
        images.image(3);
        assertThat(images.image(57).pixels()).isEqualTo(pixels);
        assertThat(new ProceduralImages(60, 16, 3).image(57).pixels()).isEqualTo(pixels);
        Set<List<Byte>> seen = new HashSet<>();
        for (long seed = 0; seed < 3; seed++) {
            for (int i = 0; i < 100; i++) {
                byte[] other = new ProceduralImages(100, 8, seed).image(i).pixels();
                seen.add(IntStream.range(0, other.length).mapToObj(k -> other[k]).toList());
            }
        }
        assertThat(seen).hasSize(300);
    }

    @Test
    void theClassesTakeTurns() {
        ProceduralImages images = new ProceduralImages(25, 8, 0);
        assertThat(images.classes()).hasSize(10).isSorted().doesNotHaveDuplicates().contains("star", "dots", "seven");
        assertThat(IntStream.range(0, 25).map(images::label)).startsWith(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0);
        assertThat(images.name(16)).isEqualTo("star/00000016");
        assertThatThrownBy(() -> images.image(25)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void thePictureIsTheSameAtEverySize() {
        ProceduralImages large = new ProceduralImages(20, 128, 1);
        ProceduralImages small = new ProceduralImages(20, 64, 1);
        for (int i = 0; i < 20; i++) {
            byte[] reduced = ImageResize.resize(large.image(i), 64, 64, ImageResize.Filter.BOX).pixels();
            byte[] drawn = small.image(i).pixels();
            double difference = IntStream.range(0, drawn.length)
                    .mapToDouble(k -> Math.abs((reduced[k] & 0xff) - (drawn[k] & 0xff))).average().orElseThrow();
            assertThat(difference).as(small.name(i)).isCloseTo(0, within(3.0));
        }
    }

    @Test
    void aSpecificationOpensWhereAPathDoes() throws IOException {
        for (String text : List.of("procedural:24?seed=7&count=12", "procedural:24?count=12&seed=7",
                "some/where/procedural:24?seed=7&count=12")) {
            try (ImageSource source = ImageSource.open(Path.of(text))) {
                assertThat(source.size()).isEqualTo(12);
                assertThat(source.image(3).pixels()).isEqualTo(new ProceduralImages(99, 24, 7).image(3).pixels());
            }
        }
        try (ImageSource source = ImageSource.open(Path.of("procedural:8"))) {
            assertThat(source.size()).isEqualTo(ProceduralImages.DEFAULT_COUNT);
            assertThat(source.image(0).pixels()).isEqualTo(new ProceduralImages(1, 8, 0).image(0).pixels());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"procedural:", "procedural:x", "procedural:64?", "procedural:64?size=3", "procedural:0",
        "procedural:64?seed=1&&count=2", "procedural:64?count=0", "procedural:64?count=3000000000", "procedural:9999",
        "procedural:64?seed=99999999999999999999", "procedural:64?seed=9999999999999999999", "procedural:64 "})
    void whatIsNoSpecificationIsRefused(String text) {
        assertThatThrownBy(() -> ImageSource.open(Path.of(text))).isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("null");
    }

    @Test
    void aClassesImagesDiffer() {
        ProceduralImages images = new ProceduralImages(200, 16, 0);
        for (int label = 0; label < 10; label++) {
            int first = label;
            double[] means = IntStream.range(0, 20).mapToDouble(i -> mean(images.image(10 * i + first))).toArray();
            double spread = IntStream.range(0, 20).mapToDouble(i -> means[i]).max().orElseThrow()
                    - IntStream.range(0, 20).mapToDouble(i -> means[i]).min().orElseThrow();
            assertThat(spread).as(images.classes().get(label)).isGreaterThan(40);
        }
    }

    private static double mean(RgbImage image) {
        return IntStream.range(0, image.pixels().length).map(i -> image.pixels()[i] & 0xff).average().orElseThrow();
    }
}
