package org.flowprior.cli.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.autoencoder.AutoencoderFile;
import org.flowprior.autoencoder.KlBottleneck;
import org.flowprior.cli.Main;
import org.flowprior.data.Pixels;
import org.flowprior.data.ProceduralImages;
import org.flowprior.data.RgbImage;
import org.flowprior.data.latents.LatentCache;
import org.flowprior.target.FeatureBank;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InScope
class EncodeTest {

    private static final int SIZE = 16;
    private static final String DRAWN = "procedural:16?seed=3&count=11";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;
    private Path place;
    private Path weights;
    private int threads;
    private Autoencoder autoencoder;

    @BeforeEach
    void makeAutoencoder() {
        threads = Libtorch.threads();
        place = directory.resolve("cache");
        weights = directory.resolve("ae.safetensors");
        VisionTransformerConfig sizes = new VisionTransformerConfig(SIZE, 8, 64, 1, 1, 64, MlpType.GELU, 0, true);
        make(AutoencoderConfig.of(sizes, sizes, 3, 4));
    }

    private void make(AutoencoderConfig config) {
        try (Generator generator = Generator.seeded(6)) {
            autoencoder = new Autoencoder(config, generator);
            autoencoder.eval();
            AutoencoderFile.write(weights, autoencoder);
        }
    }

    @AfterEach
    void close() {
        autoencoder.close();
        Libtorch.setThreads(threads);
    }

    private int run(Object... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> all = new ArrayList<>(List.of("encode", "--quiet", "--threads", "1", "--weights",
                weights.toString(), "--out", place.toString()));
        Stream.of(args).map(Object::toString).forEach(all::add);
        return Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
    }

    private void assertRefused(String message, Object... args) {
        assertThat(run(args)).as(err.toString()).isEqualTo(2);
        assertThat(err.toString()).contains(message).hasLineCount(1);
        assertThat(place).doesNotExist();
    }

    /** [11, 3, 16, 16] in [-1, 1], by plain means. */
    private static Tensor pixels() {
        ProceduralImages images = new ProceduralImages(11, SIZE, 3);
        return Torch.stack(IntStream.range(0, 11).mapToObj(i -> Pixels.values(
                Tensor.of(images.image(i).pixels(), SIZE, SIZE, 3).view(DType.UINT8).permute(2, 0, 1))).toList());
    }

    private static long[] range(int count) {
        return IntStream.range(0, count).asLongStream().toArray();
    }

    private static boolean[] all(boolean value, int count) {
        boolean[] values = new boolean[count];
        java.util.Arrays.fill(values, value);
        return values;
    }

    private void assertLatents(Tensor expected, Tensor expectedFlipped) {
        try (LatentCache cache = LatentCache.open(place)) {
            int n = cache.images();
            assertThat(cache.latents(range(n), null).sub(expected).abs().max().item()).isLessThan(2e-5);
            assertThat(cache.latents(range(n), all(true, n)).sub(expectedFlipped).abs().max().item()).isLessThan(2e-5);
        }
    }

    @Test
    void theLatentsOfImagesAndFlippedImagesAreCached() {
        assertThat(run("--images", DRAWN, "--batch", "4", "--shard", "5")).as(err.toString()).isZero();
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).contains("images           11 in 10 classes, each also flipped")
                .contains("latents          3 x 4, float32").contains("scaling factor");
        try (NoGrad noGrad = new NoGrad()) {
            assertLatents(autoencoder.encode(pixels()), autoencoder.encode(pixels().flip(3)));
        }
        try (LatentCache cache = LatentCache.open(place)) {
            assertThat(cache.labels(range(11)).toLongArray()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0);
            assertThat(cache.names()).startsWith("checkers/00000000", "circle/00000001");
            assertThat(cache.classes()).hasSize(10);
            assertThat(cache.provenance()).containsEntry("images", DRAWN).containsEntry("imageSize", "16")
                    .containsEntry("weights", "ae.safetensors").containsEntry("precision", "float32");
        }
    }

    private int features(Path bank, String... args) {
        List<String> all = new ArrayList<>(List.of("features", "--quiet", "--latents", place.toString(), "--out",
                bank.toString()));
        all.addAll(List.of(args));
        return Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
    }

    @Test
    void everyTokenOfACacheBecomesARowOfAFeatureBank() {
        assertThat(run("--images", DRAWN, "--shard", "5")).as(err.toString()).isZero();
        assertThat(features(directory.resolve("bank"), "--flip")).as(err.toString()).isZero();
        try (FeatureBank bank = FeatureBank.open(directory.resolve("bank"));
                LatentCache cache = LatentCache.open(place)) {
            Tensor rows = bank.block(0, 66);
            assertThat(rows.narrow(0, 0, 33).equal(cache.latents(range(11), null).flatten(0, 1))).isTrue();
            assertThat(rows.narrow(0, 33, 33).equal(cache.latents(range(11), all(true, 11)).flatten(0, 1))).isTrue();
            assertThat(bank.gaussian()).isFalse();
            assertThat(bank.rows()).isEqualTo(66);
        }
    }

    @Test
    void ofAKlAutoencoderMeanAndLogVarianceAreKept() {
        autoencoder.close();
        VisionTransformerConfig sizes = new VisionTransformerConfig(SIZE, 8, 64, 1, 1, 64, MlpType.GELU, 0, true);
        make(AutoencoderConfig.of(sizes, sizes, 3, 4).withBottleneck(KlBottleneck.Options.OFFICIAL));
        assertThat(run("--images", DRAWN, "--no-flip", "--scaling", "0.5")).as(err.toString()).isZero();
        try (LatentCache cache = LatentCache.open(place); NoGrad noGrad = new NoGrad();
                Generator generator = Generator.seeded(1)) {
            assertThat(cache.gaussian()).isTrue();
            assertThat(features(directory.resolve("kl"), "--max-rows", "9")).as(err.toString()).isZero();
            try (FeatureBank bank = FeatureBank.open(directory.resolve("kl"))) {
                assertThat(bank.gaussian()).isTrue();
                assertThat(bank.dimension()).isEqualTo(4);
            }
            assertThat(cache.flips()).isFalse();
            assertThat(cache.channels()).isEqualTo(4);
            assertThat(cache.scaling()).isEqualTo(0.5);
            assertThat(cache.latents(range(11), null).sub(autoencoder.encode(pixels())).abs().max().item())
                    .isLessThan(2e-5);
            Tensor noise = Torch.randn(new long[] {11, 3, 4}, generator);
            Tensor moments = autoencoder.encoded(pixels());
            Tensor expected = moments.narrow(2, 0, 4).add(moments.narrow(2, 4, 4).mul(.5).exp().mul(noise));
            Tensor drawn = cache.latents(range(11), null, generator.manualSeed(1));
            assertThat(drawn.sub(expected).abs().max().item()).isLessThan(2e-5);
        }
    }

    private Path files() throws IOException {
        ProceduralImages images = new ProceduralImages(11, SIZE, 3);
        for (int i = 0; i < 11; i++) {
            RgbImage image = images.image(i);
            BufferedImage copy = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < SIZE * SIZE; p++) {
                byte[] rgb = image.pixels();
                copy.setRGB(p % SIZE, p / SIZE, (rgb[3 * p] & 0xff) << 16 | (rgb[3 * p + 1] & 0xff) << 8
                        | rgb[3 * p + 2] & 0xff);
            }
            Path file = directory.resolve("images/all").resolve("%02d.png".formatted(i));
            Files.createDirectories(file.getParent());
            ImageIO.write(copy, "png", file.toFile());
        }
        return directory.resolve("images");
    }

    @Test
    void aFailedRunContinuesAfterItsFinishedFiles() throws IOException {
        Path images = files();
        Files.write(images.resolve("all/07.png"), new byte[] {1, 2, 3});
        Object[] args = {"--images", images, "--batch", "2", "--shard", "4", "--workers", "1"};
        assertRefused("all/07.png: corrupt image", args);
        List<Object> more = new ArrayList<>(List.of(args));
        more.addAll(List.of("--skip-corrupt", "--resume"));
        assertThat(directory.resolve(".cache.partial/latents-00001.safetensors")).exists();
        assertThat(run(more.toArray())).as(err.toString()).isZero();
        assertThat(out.toString()).contains("1 corrupt images left out: all/07.png");
        try (LatentCache cache = LatentCache.open(place); NoGrad noGrad = new NoGrad()) {
            assertThat(cache.images()).isEqualTo(10);
            assertThat(cache.names()).doesNotContain("all/07.png").contains("all/00.png", "all/08.png");
            long[] left = {0, 1, 2, 3, 4, 5, 6, 8, 9, 10};
            Tensor kept = pixels().indexSelect(0, Tensor.of(left));
            assertLatents(autoencoder.encode(kept), autoencoder.encode(kept.flip(3)));
        }
    }

    @Test
    void otherWeightsDoNotGoOnWithACache() throws IOException {
        Path images = files();
        Files.write(images.resolve("all/07.png"), new byte[] {1, 2, 3});
        Object[] args = {"--images", images, "--batch", "2", "--shard", "4", "--resume"};
        assertRefused("all/07.png", args);
        try (NoGrad noGrad = new NoGrad()) {
            autoencoder.parameters().getLast().add_(1);
        }
        AutoencoderFile.write(weights, autoencoder);
        assertRefused("was begun with provenance.weightsCrc32c", args);
    }

    @Test
    void halfPrecisionIsNear() {
        assertThat(run("--images", DRAWN, "--precision", "bf16", "--dtype", "bf16")).as(err.toString()).isZero();
        try (LatentCache cache = LatentCache.open(place); NoGrad noGrad = new NoGrad()) {
            assertThat(cache.dtype()).isEqualTo(DType.BFLOAT16);
            Tensor exact = autoencoder.encode(pixels());
            double error = cache.latents(range(11), null).sub(exact).abs().max().item();
            assertThat(error).isCloseTo(0, within(.05 * exact.abs().max().item())).isGreaterThan(1e-5);
        }
    }

    @Test
    void whatCannotBeDoneIsRefused() throws IOException {
        assertRefused("--batch must be at least 1, not 0", "--images", DRAWN, "--batch", "0");
        assertRefused("--scaling must be positive", "--images", DRAWN, "--scaling", "-1");
        assertRefused("no such file: " + directory.resolve("gone"), "--images", directory.resolve("gone"));
        assertRefused("procedural:SIZE", "--images", "procedural:big");
        Files.createDirectory(place);
        assertThat(run("--images", DRAWN)).isEqualTo(2);
        assertThat(err.toString()).contains("exists already");
        Files.delete(place);
        Files.delete(weights);
        assertRefused("no such file: " + weights, "--images", DRAWN);
    }

    @Test
    void noTensorIsLeftBehind() {
        long before = Memory.liveTensors();
        assertThat(run("--images", DRAWN)).isZero();
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }
}
