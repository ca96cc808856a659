package org.flowprior.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.flowprior.data.ImageLoader.Options;
import org.flowprior.torch.DType;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.junit.jupiter.api.Test;

class ImageLoaderTest {

    private static final ImageCrop CROP = new ImageCrop.Random(8);

    /** Images of noise, of which some are corrupt; later ones are decoded sooner. */
    private record Noise(int size, Set<Integer> corrupt) implements ImageSource {

        @Override
        public String name(int index) {
            return "image " + index;
        }

        @Override
        public int label(int index) {
            return index % 3;
        }

        @Override
        public List<String> classes() {
            return List.of("a", "b", "c");
        }

        @Override
        public RgbImage image(int index) throws IOException {
            try {
                Thread.sleep(index % 5 == 0 ? 3 : 0);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (corrupt.contains(index)) {
                throw new CorruptImageException(name(index), "made so", null);
            }
            byte[] pixels = new byte[3 * 14 * 11];
            new Random(index).nextBytes(pixels);
            return new RgbImage(14, 11, pixels);
        }
    }

    private record Seen(List<String> names, float[] pixels, long[] labels) {

        static Seen of(ImageBatch batch) {
            return new Seen(batch.names(), batch.images().toFloatArray(), batch.labels().toLongArray());
        }

        boolean same(Seen other) {
            return names.equals(other.names) && Arrays.equals(pixels, other.pixels)
                    && Arrays.equals(labels, other.labels);
        }
    }

    private static List<Seen> batches(ImageLoader loader, int count) {
        List<Seen> seen = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            try (Scope scope = Scope.open()) {
                ImageBatch batch = loader.nextOfAnyPass();
                assertThat(scope.size()).isEqualTo(2);
                seen.add(Seen.of(batch));
            }
        }
        return seen;
    }

    private static void assertSame(List<Seen> a, List<Seen> b) {
        assertThat(a).hasSameSizeAs(b);
        for (int i = 0; i < a.size(); i++) {
            assertThat(a.get(i).same(b.get(i))).as("batch " + i).isTrue();
        }
    }

    @Test
    void valuesAreThoseOfToTensorAndNormalize() throws IOException {
        ImageSource source = new Noise(3, Set.of());
        try (ImageLoader loader = new ImageLoader(source, Options.inOrder(new ImageCrop.Centre(11), 2));
                Scope scope = Scope.open()) {
            ImageBatch batch = loader.next().orElseThrow();
            assertThat(scope.size()).isEqualTo(2);
            assertThat(batch.levels().dtype()).isEqualTo(DType.UINT8);
            assertThat(batch.levels().isContiguous()).isTrue();
            assertThat(batch.images().shape()).containsExactly(2, 3, 11, 11);
            assertThat(batch.images().isContiguous()).isTrue();
            assertThat(batch.labels().toLongArray()).containsExactly(0, 1);
            RgbImage second = source.image(1).crop(1, 0, 11, 11);
            byte[] levels = batch.levels().toByteArray();
            float[] values = batch.images().toFloatArray();
            for (int channel = 0; channel < 3; channel++) {
                for (int i = 0; i < 121; i++) {
                    int at = (3 + channel) * 121 + i;
                    assertThat(levels[at]).isEqualTo(second.pixels()[3 * i + channel]);
                    float level = (levels[at] & 0xff) / 255f;
                    assertThat(values[at]).isEqualTo((level - 0.5f) / 0.5f);
                }
            }
        }
    }

    @Test
    void aPassInOrderEndsWithThePartialBatch() {
        try (ImageLoader loader = new ImageLoader(new Noise(5, Set.of()), Options.inOrder(CROP, 2));
                Scope scope = Scope.open()) {
            assertThat(loader.next().orElseThrow().names()).containsExactly("image 0", "image 1");
            assertThat(loader.next().orElseThrow().names()).containsExactly("image 2", "image 3");
            assertThat(loader.next().orElseThrow().names()).containsExactly("image 4");
            assertThat(loader.next()).isEmpty();
            assertThat(loader.position()).isEqualTo(new LoaderPosition(1, 0));
            assertThat(scope.size()).isEqualTo(6);
        }
    }

    @Test
    void theNumberOfThreadsChangesNothing() {
        ImageSource source = new Noise(23, Set.of());
        Options options = Options.training(CROP, 4, 9);
        try (ImageLoader one = new ImageLoader(source, options);
                ImageLoader many = new ImageLoader(source, options.withThreads(5))) {
            List<Seen> seen = batches(one, 12);
            assertSame(seen, batches(many, 12));
            assertThat(seen.subList(0, 5).stream().flatMap(b -> b.names.stream())).doesNotHaveDuplicates();
            assertThat(seen.get(0).names).isNotEqualTo(seen.get(5).names);
        }
        try (ImageLoader other = new ImageLoader(source, Options.training(CROP, 4, 10));
                ImageLoader one = new ImageLoader(source, options)) {
            assertThat(batches(other, 1).getFirst().same(batches(one, 1).getFirst())).isFalse();
        }
    }

    @Test
    void aSavedPositionGoesOnExactly() {
        ImageSource source = new Noise(19, Set.of(4, 11));
        Options options = Options.training(CROP, 3, 2).withSkipCorrupt(true).withThreads(2);
        try (ImageLoader whole = new ImageLoader(source, options)) {
            List<Seen> seen = batches(whole, 14);
            for (int stop : new int[] {0, 1, 4, 5, 6, 9}) {
                try (ImageLoader first = new ImageLoader(source, options);
                        ImageLoader second = new ImageLoader(source, options)) {
                    batches(first, stop);
                    second.seek(first.position());
                    assertSame(seen.subList(stop, 14), batches(second, 14 - stop));
                }
            }
        }
    }

    @Test
    void aCorruptImageIsSkippedOnlyWhenAllowed() {
        ImageSource source = new Noise(6, Set.of(1, 3));
        Options options = Options.inOrder(CROP, 2).withThreads(3);
        try (ImageLoader loader = new ImageLoader(source, options.withSkipCorrupt(true)); Scope scope = Scope.open()) {
            assertThat(loader.next().orElseThrow().names()).containsExactly("image 0", "image 2");
            assertThat(loader.next().orElseThrow().names()).containsExactly("image 4", "image 5");
            assertThat(loader.next()).isEmpty();
            assertThat(loader.corrupt()).containsExactlyInAnyOrder("image 1", "image 3");
            assertThat(scope.size()).isEqualTo(4);
        }
        try (ImageLoader loader = new ImageLoader(source, options)) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(loader::next).isInstanceOf(CorruptImageException.class)
                        .hasMessage("image 1: corrupt image: made so");
                assertThat(loader.position()).isEqualTo(LoaderPosition.START);
            }
        }
    }

    /** A line of pixels, scaled to the crop's side, would have 200 million pixels and more. */
    @Test
    void anImageTooNarrowToBeScaledIsCorrupt() {
        ImageSource lines = new ImageSource() {

            @Override
            public int size() {
                return 3;
            }

            @Override
            public String name(int index) {
                return "line " + index;
            }

            @Override
            public int label(int index) {
                return 0;
            }

            @Override
            public List<String> classes() {
                return List.of("");
            }

            @Override
            public RgbImage image(int index) {
                int length = new int[] {3_000_000, 1, 200_000}[index];
                return index == 1 ? new RgbImage(1, 1, new byte[3]) : new RgbImage(length, 1, new byte[3 * length]);
            }
        };
        for (ImageCrop crop : List.of(new ImageCrop.Centre(256), new ImageCrop.Random(256))) {
            try (ImageLoader loader = new ImageLoader(lines, Options.inOrder(crop, 3).withSkipCorrupt(true));
                    Scope scope = Scope.open()) {
                assertThat(loader.next().orElseThrow().names()).containsExactly("line 1");
                assertThat(loader.corrupt()).containsExactlyInAnyOrder("line 0", "line 2");
            }
        }
        try (ImageLoader loader = new ImageLoader(lines, Options.inOrder(new ImageCrop.Centre(256), 1))) {
            assertThatThrownBy(loader::next).isInstanceOf(CorruptImageException.class).hasMessage("line 0: corrupt "
                    + "image: 3000000 x 1 pixels, scaled to 256 on the shorter side, are more than 178956970");
        }
    }

    @Test
    void aSetThatFillsNoBatchIsRefused() {
        try (ImageLoader loader = new ImageLoader(new Noise(3, Set.of()), Options.training(CROP, 4, 1))) {
            assertThatThrownBy(loader::nextOfAnyPass)
                    .hasMessageContaining("the set of 3 images (0 corrupt) does not fill");
            assertThatThrownBy(() -> loader.seek(new LoaderPosition(0, 4)))
                    .hasMessageContaining("image 4, but the set has 3");
        }
    }

    @Test
    void noTensorOutlivesItsScope() {
        try (ImageLoader loader = new ImageLoader(new Noise(9, Set.of()), Options.training(CROP, 2, 1)
                .withThreads(2))) {
            batches(loader, 2);
            long before = Memory.liveTensors();
            batches(loader, 6);
            assertThat(Memory.liveTensors()).isEqualTo(before);
        }
    }
}
