package org.flowprior.cli.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.flowprior.cli.sample.SampleFixture.SCALING;
import static org.flowprior.generate.GeneratorFixture.CHANNELS;
import static org.flowprior.generate.GeneratorFixture.SIZE;
import static org.flowprior.generate.GeneratorFixture.TOKENS;

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
import org.flowprior.mar.Guidance;
import org.flowprior.mar.HeadSampling;
import org.flowprior.mar.MarConfig;
import org.flowprior.mar.MarSampler;
import org.flowprior.mar.SamplingNoise;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
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
            List<Tensor> orders = new ArrayList<>();
            List<Tensor> noise = new ArrayList<>();
            for (int image : new int[] {2, 3}) {
                try (Generator generator = Generator.seeded(Seeds.derive(9, "sample.image." + image))) {
                    orders.add(MarSampler.orders(1, TOKENS, generator));
                    noise.add(Torch.randn(new long[] {TOKENS, CHANNELS}, generator));
                }
            }
            Tensor tokens = sampler.sample(Tensor.of(new long[] {1, 1}, 2), Torch.cat(orders, 0),
                    SamplingNoise.given(Torch.stack(noise)));
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
    void aContinuedRunWritesTheSameBytesAndLeavesTheRestUnchanged() throws IOException {
        Object[] options = {"--count", 10, "--batch", 4, "--steps", 3};
        assertDone(options);
        List<byte[]> atOnce = fixture.images(10);
        for (int gone : new int[] {1, 6, 9}) {
            Files.delete(fixture.image(gone));
        }
        FileTime old = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(fixture.image(2), old);

        assertDone(options);

        assertThat(fixture.out.toString()).contains("3 of them new");
        List<byte[]> again = fixture.images(10);
        for (int i = 0; i < 10; i++) {
            assertThat(Arrays.equals(again.get(i), atOnce.get(i))).as("image %d", i).isTrue();
        }
        assertThat(Files.getLastModifiedTime(fixture.image(2))).isEqualTo(old);
        assertDone(options);
        assertThat(fixture.out.toString()).contains("0 of them new").contains("none made");
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
    void nothingStaysInMemory() {
        assertDone("--count", 5, "--steps", 3);
        long before = Memory.liveTensors();
        fixture.place = fixture.directory.resolve("again");
        assertDone("--count", 10, "--steps", 3);
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }
}
