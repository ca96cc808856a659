package org.flowprior.data.latents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@InScope
class LatentCacheTest {

    static final List<String> CLASSES = List.of("ant", "bee", "cow");

    @TempDir
    private Path folder;
    private Path place;
    private Generator generator;
    private Tensor latents;
    private Tensor flipped;

    @BeforeEach
    void draw() {
        generator = Generator.seeded(8);
        place = folder.resolve("cache");
        latents = Torch.randn(new long[] {20, 4, 6}, generator).mul(3).add(1);
        flipped = Torch.randn(new long[] {20, 4, 6}, generator);
    }

    @AfterEach
    void close() {
        generator.close();
    }

    static CacheOptions options(DType dtype, boolean gaussian, boolean flips) {
        return new CacheOptions(5, dtype, gaussian, flips, null, CLASSES, Map.of("images", "made \"here\""));
    }

    static String name(int image) {
        return "image\n" + image + "é.png";
    }

    /** Images from there on, in batches of three; every fifth place of the set is left out as corrupt ones are. */
    private void add(CacheWriter writer, int from, int to) {
        for (int i = from; i < to; i += 3) {
            int n = Math.min(3, to - i);
            int first = i;
            long[] labels = IntStream.range(i, i + n).mapToLong(k -> k % 3).toArray();
            writer.add(latents.narrow(0, i, n), flipped == null ? null : flipped.narrow(0, i, n),
                    Tensor.of(labels, n), IntStream.range(0, n).mapToObj(k -> name(first + k)).toList(), i + n + i / 4);
        }
    }

    private LatentCache cache(CacheOptions options) {
        try (CacheWriter writer = new CacheWriter(place, options)) {
            add(writer, 0, 20);
            assertThat(writer.images()).isEqualTo(20);
            return writer.finish();
        }
    }

    private static void assertSame(Tensor actual, Tensor expected) {
        assertThat(actual.dtype()).isEqualTo(DType.FLOAT32);
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toFloatArray()).isEqualTo(expected.contiguous().toFloatArray());
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"FLOAT32", "BFLOAT16", "FLOAT16"})
    void latentsComeBackFromAnyShardInTheOrderAskedFor(DType dtype) {
        try (LatentCache cache = cache(options(dtype, false, true))) {
            assertThat(cache.images()).isEqualTo(20);
            assertThat(List.of(cache.tokens(), cache.channels())).containsExactly(4, 6);
            assertThat(cache.dtype()).isEqualTo(dtype);
            assertThat(cache.gaussian()).isFalse();
            assertThat(cache.flips()).isTrue();
            assertThat(cache.classes()).isEqualTo(CLASSES);
            assertThat(cache.provenance()).containsExactly(Map.entry("images", "made \"here\""));
            assertThat(cache.names()).isEqualTo(IntStream.range(0, 20).mapToObj(LatentCacheTest::name).toList());
            long[] positions = {19, 0, 5, 6, 6, 11, 12, 0};
            boolean[] flips = {true, false, true, false, true, false, true, true};
            Tensor stored = latents.to(dtype).to(DType.FLOAT32);
            Tensor storedFlipped = flipped.to(dtype).to(DType.FLOAT32);
            Tensor expected = Torch.stack(IntStream.range(0, positions.length)
                    .mapToObj(i -> (flips[i] ? storedFlipped : stored).get(positions[i])).toList());
            assertSame(cache.latents(positions, flips), expected);
            assertSame(cache.latents(positions, flips, null), expected);
            assertSame(cache.latents(new long[] {7, 3}, null), Torch.stack(List.of(stored.get(7), stored.get(3))));
            assertSame(cache.latents(new long[0], null), stored.narrow(0, 0, 0));
            assertThat(cache.labels(positions).toLongArray()).containsExactly(1, 0, 2, 0, 0, 2, 0, 0);
            cache.latents(positions, flips).zero_();
            assertSame(cache.latents(positions, flips), expected);
            for (long wrong : new long[] {-1, 20, 1L << 33}) {
                assertThatThrownBy(() -> cache.latents(new long[] {wrong}, null))
                        .isInstanceOf(IndexOutOfBoundsException.class);
            }
        }
    }

    @Test
    void theFilesAreShardsOfWholeBatches() throws IOException {
        cache(options(DType.FLOAT32, false, true)).close();
        assertThat(files(place).keySet()).containsExactly("cache.json", "latents-00001.safetensors",
                "latents-00002.safetensors", "latents-00003.safetensors", "latents-00004.safetensors");
        assertThat(folder).isDirectoryNotContaining(path -> !path.equals(place));
    }

    private static Map<String, List<Byte>> files(Path directory) throws IOException {
        Map<String, List<Byte>> files = new TreeMap<>();
        try (Stream<Path> paths = Files.list(directory)) {
            for (Path path : paths.toList()) {
                byte[] bytes = Files.readAllBytes(path);
                files.put(path.getFileName().toString(),
                        IntStream.range(0, bytes.length).mapToObj(i -> bytes[i]).toList());
            }
        }
        return files;
    }

    @Test
    void withoutFlipsThereAreNone() {
        flipped = null;
        try (LatentCache cache = cache(options(DType.FLOAT32, false, false))) {
            assertSame(cache.latents(new long[] {4}, new boolean[] {false}), latents.narrow(0, 4, 1));
            assertThatThrownBy(() -> cache.latents(new long[] {4}, new boolean[] {true}))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no flipped images");
        }
    }

    @Test
    void gaussianLatentsAreDrawn() {
        latents.get(3).narrow(1, 3, 3).fill_(-90);
        try (LatentCache cache = cache(options(DType.FLOAT32, true, true))) {
            assertThat(cache.channels()).isEqualTo(3);
            long[] positions = {14, 3};
            boolean[] flips = {true, false};
            Tensor moments = Torch.stack(List.of(flipped.get(14), latents.get(3)));
            assertSame(cache.latents(positions, flips), moments.narrow(2, 0, 3));
            Tensor noise = Torch.randn(new long[] {2, 4, 3}, generator.manualSeed(1));
            Tensor deviation = moments.narrow(2, 3, 3).clamp(-30, 20).mul(.5).exp();
            Tensor expected = moments.narrow(2, 0, 3).add(deviation.mul(noise));
            Tensor drawn = cache.latents(positions, flips, generator.manualSeed(1));
            assertThat(drawn.sub(expected).abs().max().item()).isLessThan(1e-5);
            assertThat(drawn.get(1).sub(latents.get(3).narrow(1, 0, 3)).abs().max().item()).isLessThan(1e-5);
        }
    }

    @Test
    void statisticsAreTorchsAndTheScalingThePublishedOne() {
        try (LatentCache cache = cache(options(DType.FLOAT32, false, true))) {
            Tensor all = Torch.cat(List.of(latents, flipped)).to(DType.FLOAT64);
            CacheStatistics statistics = cache.statistics();
            assertThat(statistics.mean()).containsExactly(all.flatten(0, 1).mean(0).toDoubleArray(), within(1e-12));
            assertThat(statistics.std()).containsExactly(all.flatten(0, 1).std(0).toDoubleArray(), within(1e-12));
            assertThat(statistics.pooledMean()).isCloseTo(all.mean().item(), within(1e-12));
            assertThat(statistics.pooledStd()).isCloseTo(all.std().item(), within(1e-12));
            assertThat(statistics.minimum()).isEqualTo(all.min().item());
            assertThat(statistics.maximum()).isEqualTo(all.max().item());
            double variances = 0;
            for (int i = 0; i < 20; i++) {
                variances += latents.get(i).to(DType.FLOAT64).var(false).item();
            }
            double expected = Math.sqrt(variances * 24 / (20 * 24 - 1));
            assertThat(statistics.withinStd()).isCloseTo(expected, within(1e-12));
            assertThat(cache.scaling()).isEqualTo(1 / statistics.withinStd());
        }
    }

    @Test
    void aGaussianCachesDeviationsAreThoseOfItsDraws() {
        latents.narrow(2, 3, 3).mul_(.3);
        try (LatentCache cache = cache(options(DType.FLOAT32, true, true))) {
            long[] positions = IntStream.range(0, 20).asLongStream().toArray();
            boolean[] flips = new boolean[20];
            Tensor draws = Torch.stack(IntStream.range(0, 2000)
                    .mapToObj(i -> cache.latents(positions, flips, generator)).toList()).to(DType.FLOAT64);
            double within = Math.sqrt(draws.flatten(2).var(2, false).mean(0).sum().item() * 12 / (20 * 12 - 1));
            assertThat(cache.statistics().withinStd()).isCloseTo(within, within(.01 * within));
            Arrays.fill(flips, true);
            Tensor others = Torch.stack(IntStream.range(0, 2000)
                    .mapToObj(i -> cache.latents(positions, flips, generator)).toList()).to(DType.FLOAT64);
            double pooled = Torch.cat(List.of(draws, others)).std().item();
            assertThat(cache.statistics().pooledStd()).isCloseTo(pooled, within(.01 * pooled));
        }
    }

    @Test
    void aResumedCacheIsTheOneWrittenInOneGo() throws IOException {
        CacheOptions options = options(DType.FLOAT32, false, true);
        cache(options).close();
        Map<String, List<Byte>> whole = files(place);
        Files.move(place, folder.resolve("whole"));
        try (CacheWriter writer = CacheWriter.resume(place, options)) {
            assertThat(writer.next()).isZero();
            add(writer, 0, 15);
            assertThat(writer.isResumable()).isTrue();
        }
        assertThat(place).doesNotExist();
        Files.writeString(folder.resolve(".cache.partial/.flowprior-1.tmp"), "half a shard");
        try (CacheWriter writer = CacheWriter.resume(place, options)) {
            assertThat(writer.images()).isEqualTo(12);
            assertThat(writer.next()).isEqualTo(12 + 2);
            add(writer, 12, 20);
            writer.finish().close();
        }
        assertThat(files(place)).isEqualTo(whole);
        assertThat(folder).isDirectoryNotContaining(path -> path.toString().contains("partial"));
    }

    @Test
    void aStoppedCacheGoesOnWithItsOwnOptionsOnly() {
        try (CacheWriter writer = new CacheWriter(place, options(DType.FLOAT32, false, true))) {
            add(writer, 0, 6);
            assertThatThrownBy(() -> CacheWriter.resume(place, options(DType.FLOAT32, false, true)))
                    .hasMessageContaining("another writer");
        }
        assertThatThrownBy(() -> CacheWriter.resume(place, options(DType.BFLOAT16, false, true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dtype \"float32\", not \"bfloat16\"");
        CacheOptions elsewhere = new CacheOptions(5, DType.FLOAT32, false, true, null, CLASSES,
                Map.of("images", "made there"));
        assertThatThrownBy(() -> CacheWriter.resume(place, elsewhere)).hasMessageContaining("images")
                .hasMessageContaining("made there");
        try (CacheWriter writer = new CacheWriter(place, elsewhere)) {
            assertThat(writer.next()).isZero();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void noTensorIsLeftBehind() {
        long before = Memory.liveTensors();
        try (Scope inner = Scope.open(); LatentCache cache = cache(options(DType.FLOAT32, true, true))) {
            cache.latents(new long[] {1, 9}, null, generator);
            cache.labels(1, 9);
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }
}
