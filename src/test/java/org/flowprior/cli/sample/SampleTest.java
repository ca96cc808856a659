package org.flowprior.cli.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.flowprior.cli.sample.SampleFixture.CHANNELS;
import static org.flowprior.cli.sample.SampleFixture.SCALING;
import static org.flowprior.cli.sample.SampleFixture.SIZE;
import static org.flowprior.cli.sample.SampleFixture.TOKENS;

import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.flowprior.console.Console;
import org.flowprior.data.ProceduralImages;
import org.flowprior.eval.SmallClassifier;
import org.flowprior.mar.Guidance;
import org.flowprior.mar.HeadSampling;
import org.flowprior.mar.MarConfig;
import org.flowprior.mar.MarSampler;
import org.flowprior.torch.Device;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Precision;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.Npz;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleTest {

    @TempDir
    private Path directory;
    private SampleFixture fixture;

    @BeforeEach
    void makeModels() {
        fixture = new SampleFixture(directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private void assertDone(Object... args) {
        assertThat(fixture.run(args)).as(fixture.err.toString()).isZero();
    }

    /** Red, green, blue of each pixel, row by row. */
    private static int[] levels(Path file) throws IOException {
        BufferedImage picture = ImageIO.read(file.toFile());
        int[] colours = picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth());
        return IntStream.of(colours).flatMap(c -> IntStream.of(c >> 16 & 0xff, c >> 8 & 0xff, c & 0xff)).toArray();
    }

    @Test
    void anImageIsWhatSamplerAndDecoderMakeOfItsOwnNoise() throws IOException {
        assertDone("--classes", "4,1-2", "--count", 6, "--batch", 2, "--seed", 9, "--cfg", 2, "--steps", 5, "--solver",
                "heun", "--iterations", 2, "--temperature", 0.9);

        assertThat(fixture.place).isDirectoryContaining("glob:**/00005.png")
                .isDirectoryNotContaining("glob:**/00006.png");
        assertThat(fixture.out.toString()).contains("images             6 of 3 classes in " + fixture.place)
                .contains("images per second").contains("first batch left out");
        MarSampler.Options options = new MarSampler.Options(2, new Guidance(2, Guidance.Schedule.LINEAR),
                new HeadSampling(HeadSampling.Solver.HEUN, 5, 0.9));
        try (MarSampler sampler = MarSampler.plain(fixture.mar, options); NoGrad noGrad = new NoGrad()) {
            // Images 2 and 3, both of class 1, from their noise alone.
            SampleNoise noise = SampleNoise.draw(9, new int[] {2, 3}, 1, TOKENS, CHANNELS);
            Tensor tokens = sampler.sample(Tensor.of(new long[] {1, 1}, 2), noise.orders(), noise.given());
            float[] pixels = fixture.autoencoder.decode(tokens.div(SCALING)).select(0, 1).permute(1, 2, 0).contiguous()
                    .flatten().toFloatArray();
            int[] levels = levels(fixture.image(3));
            assertThat(levels).hasSameSizeAs(pixels);
            for (int i = 0; i < levels.length; i++) {
                double exact = Math.clamp(255 * (pixels[i] + 1) / 2, 0, 255);
                assertThat(Math.abs(levels[i] - exact)).isLessThan(0.51);
            }
            assertThat(IntStream.of(levels).distinct().count()).isGreaterThan(5);
        }
    }

    @Test
    void theNoiseOfAnImageDoesNotDependOnTheOthers() {
        SampleNoise together = SampleNoise.draw(1, new int[] {7, 8}, 2, TOKENS, CHANNELS);
        SampleNoise alone = SampleNoise.draw(1, new int[] {8}, 2, TOKENS, CHANNELS);

        assertThat(alone.values().equal(together.values().narrow(1, 1, 1))).isTrue();
        assertThat(alone.orders().equal(together.orders().narrow(0, 1, 1))).isTrue();
        assertThat(alone.values().equal(SampleNoise.draw(2, new int[] {8}, 2, TOKENS, CHANNELS).values())).isFalse();
    }

    @Test
    void aRunThatGoesOnMakesTheSameBytesAndLeavesTheRestAlone() throws IOException {
        Object[] asked = {"--count", 10, "--batch", 4, "--steps", 3};
        assertDone(asked);
        List<byte[]> atOnce = fixture.images(10);
        for (int gone : new int[] {1, 6, 9}) {
            Files.delete(fixture.image(gone));
        }
        FileTime old = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(fixture.image(2), old);

        assertDone(asked);

        assertThat(fixture.out.toString()).contains("3 of them new");
        List<byte[]> again = fixture.images(10);
        for (int i = 0; i < 10; i++) {
            assertThat(Arrays.equals(again.get(i), atOnce.get(i))).as("image %d", i).isTrue();
        }
        assertThat(Files.getLastModifiedTime(fixture.image(2))).isEqualTo(old);
        assertDone(asked);
        assertThat(fixture.out.toString()).contains("0 of them new").contains("none made");
    }

    @Test
    void aStopEndsTheRunBehindABatch() throws IOException {
        MarSampler.Options options = new MarSampler.Options(2, Guidance.NONE, new HeadSampling(
                HeadSampling.Solver.EULER, 2, 1));
        SampleLabels labels = SampleLabels.of("all", 10, 5);
        try (SampleModels models = SampleModels.open(fixture.generatorFile, fixture.autoencoderFile, Device.CPU,
                        Precision.FLOAT32);
                MarSampler sampler = models.sampler(options)) {
            SampleFolder folder = SampleFolder.open(fixture.place, new JsonObject());
            SampleRun run = new SampleRun(models, options, labels, 0, SCALING, 4);

            assertThat(run.into(folder, sampler, Console.silent(), () -> Files.exists(fixture.image(5)))).isNull();
            assertThat(IntStream.range(0, 10).filter(folder::has)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
            assertThat(run.into(folder, sampler, Console.silent(), () -> false).made()).isEqualTo(2);
        }
    }

    @Test
    void theClassifierNamesRealImagesInTheFolderAsItNamesOthers() throws IOException {
        ProceduralImages real = new ProceduralImages(1000, SIZE, 4);
        SampleFolder folder = SampleFolder.open(fixture.place, new JsonObject());
        SampleLabels labels = SampleLabels.of("all", 100, 10);
        for (int i = 0; i < 100; i++) {
            folder.write(i, real.image(10 * i + labels.label(i)));
        }
        SampleOutputs outputs = new SampleOutputs(folder, labels);
        SmallClassifier.Options brief = new SmallClassifier.Options(120, 32, 12, 0);
        SampleClassCheck check = SampleClassCheck.of(outputs, labels, SIZE, brief, 1, Console.silent());

        // Chance is 0.1, with a standard error of 0.03 at 100 images.
        assertThat(check.real()).isGreaterThan(0.3);
        assertThat(check.generated()).isCloseTo(check.real(), within(0.2)).isGreaterThan(0.25);
        assertThat(check.rows().toString()).contains("of the generated images").contains("chance 10%");
    }

    @Test
    void theNpzHasAllImagesShuffledAndTheGridARowForEachClass() throws IOException {
        Path npz = fixture.directory.resolve("all.npz");
        Path grid = fixture.directory.resolve("grid.png");
        assertDone("--count", 10, "--steps", 3, "--npz", npz, "--grid", grid);

        Tensor packed = Npz.read(npz).get("arr_0");
        assertThat(packed.shape()).containsExactly(10, SIZE, SIZE, 3);
        List<Integer> wanted = new ArrayList<>();
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            wanted.add(Arrays.hashCode(levels(fixture.image(i))));
            byte[] bytes = packed.select(0, i).contiguous().toByteArray();
            found.add(Arrays.hashCode(IntStream.range(0, bytes.length).map(k -> bytes[k] & 0xff).toArray()));
        }
        assertThat(wanted).doesNotHaveDuplicates();
        assertThat(found).containsExactlyInAnyOrderElementsOf(wanted).isNotEqualTo(wanted);
        // 2 columns and 5 rows, 2 pixels between columns and at the edges, 8 between rows.
        BufferedImage picture = ImageIO.read(grid.toFile());
        assertThat(picture.getWidth()).isEqualTo(2 * SIZE + 3 * 2);
        assertThat(picture.getHeight()).isEqualTo(5 * SIZE + 4 * 8 + 2 * 2);
        int corner = ImageIO.read(fixture.image(0).toFile()).getRGB(0, 0);
        assertThat(picture.getRGB(2, 2) & 0xffffff).isEqualTo(corner & 0xffffff);
    }

    @Test
    void aDiffusionHeadIsSampledToo() throws IOException {
        fixture.makeGenerator(new MarConfig.Head.Diffusion(1, 16, 1));
        assertDone("--count", 5, "--steps", 4, "--cfg", 1.5, "--cfg-schedule", "constant");
        assertThat(fixture.images(5)).hasSize(5);
    }

    @Test
    void levelsAreRoundedHalfToEven() {
        // Python: p = np.float32(128.5 / 255); v = np.array([0, 2 * p - 1, -1.5, 2, 0.25], np.float32)
        //         np.round(np.clip((v + np.float32(1)) / np.float32(2) * np.float32(255), 0, 255)).astype(np.uint8)
        //         128 128 0 255 159; rounding half up would give 129 in the second place
        float even = 2 * (float) (128.5 / 255) - 1;
        Tensor pixels = Tensor.of(new float[] {0, even, -1.5f, 2, 0.25f, 0}, 1, 3, 1, 2);
        assertThat(SampleModels.levels(pixels).permute(0, 3, 1, 2).contiguous().toByteArray())
                .containsExactly(128, 128, 0, 255, 159, 128);
    }

    @Test
    void nothingStaysInMemory() {
        assertDone("--count", 5, "--steps", 3);
        long before = Memory.liveTensors();
        fixture.place = fixture.directory.resolve("again");
        assertDone("--count", 10, "--steps", 3);
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }
}
