package org.flowprior.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.ImageIO;
import org.assertj.core.data.Percentage;
import org.flowprior.autoencoder.Lpips;
import org.flowprior.config.Json;
import org.flowprior.data.NpzImages;
import org.flowprior.data.RgbImage;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Npz;
import org.flowprior.torch.io.Safetensors;
import org.junit.jupiter.api.Test;

/** The expected numbers are of tools/oracle/evaluate.py. */
class EvaluateTest extends EvaluateFixture {

    private static final Object[] SETS = {"--generated", COPIES, "--real", IMAGES};
    private static final Object[] THROUGH = {"--features", NETWORK, "--input", "unit"};
    private static final JsonObject EXPECTED = Json.read(MADE.resolve("expected.json"));

    private static Object[] all(Object[]... parts) {
        return Arrays.stream(parts).flatMap(Arrays::stream).toArray();
    }

    private static void assertAgree(JsonObject found, String... keys) {
        for (String key : keys) {
            assertThat(found.get(key).getAsDouble()).as(key)
                    .isCloseTo(EXPECTED.get(key).getAsDouble(), Percentage.withPercentage(1e-4));
        }
    }

    @Test
    void theNumbersAreTheDefinitions() {
        JsonObject report = report(all(SETS, THROUGH));
        JsonObject metrics = report.getAsJsonObject("metrics");
        assertThat(metrics.keySet()).containsExactly("fid", "inceptionScore", "inceptionScoreDeviation", "precision",
                "recall", "fScore");
        assertAgree(metrics, metrics.keySet().toArray(String[]::new));
        assertThat(report.get("published").getAsBoolean()).isFalse();
        assertThat(report.get("generatedImages").getAsInt()).isEqualTo(30);
        assertThat(report.getAsJsonObject("labels").get("fid").getAsString())
                .isEqualTo("FID of features of network.torchscript");
        assertThat(out.toString()).contains("FID of features of network.torchscript", "not comparable with published",
                "torch-fidelity, k = 3", "RandomState(2020)");
    }

    @Test
    void admScoresPartsOfFiveThousandInOrder() {
        JsonObject metrics = metrics(all(SETS, THROUGH, new Object[] {"--convention", "adm", "--metrics", "is"}));
        assertThat(metrics.keySet()).containsExactly("inceptionScore", "inceptionScoreDeviation");
        assertThat(metrics.get("inceptionScore").getAsDouble())
                .isCloseTo(EXPECTED.get("inceptionScoreAdm").getAsDouble(), within(1e-6));
        assertThat(out.toString()).contains("parts of 5,000").doesNotContain("float16");
    }

    @Test
    void pairsAreMatchedByTheirOrder() {
        JsonObject metrics = metrics(all(SETS, THROUGH, new Object[] {"--metrics", "psnr,ssim,rfid"}));
        assertAgree(metrics, "psnr", "ssim");
        assertThat(metrics.get("rfid").getAsDouble()).isCloseTo(EXPECTED.get("fid").getAsDouble(), within(1e-6));
        JsonObject apart = metrics(all(SETS, new Object[] {"--metrics", "psnr", "--batch", "7"}));
        assertThat(apart.get("psnr").getAsDouble()).isCloseTo(metrics.get("psnr").getAsDouble(), within(1e-9));
    }

    @Test
    void foldersAndNpzGiveTheSameNumbers() throws IOException {
        Path folder = Files.createDirectories(file("copies"));
        try (NpzImages images = NpzImages.open(COPIES)) {
            for (int i = 0; i < images.size(); i++) {
                ImageIO.write(buffered(images.image(i)), "png", folder.resolve("%03d.png".formatted(i)).toFile());
            }
        }
        JsonObject metrics = metrics(all(new Object[] {"--generated", folder, "--real", IMAGES}, THROUGH));
        assertAgree(metrics, "fid", "precision", "recall");
    }

    @Test
    void ofFoldersWithEqualNamesTheDamagedOneIsNamed() throws IOException {
        Path sound = Files.createDirectories(file("sound"));
        Path damaged = Files.createDirectories(file("damaged"));
        try (NpzImages images = NpzImages.open(IMAGES)) {
            for (int i = 0; i < 12; i++) {
                Path image = sound.resolve("%02d.png".formatted(i));
                ImageIO.write(buffered(images.image(i)), "png", image.toFile());
                byte[] bytes = Files.readAllBytes(image);
                Files.write(damaged.resolve(image.getFileName()), Arrays.copyOf(bytes, i == 7 ? 60 : bytes.length));
            }
        }
        assertRefused(damaged + ": 07.png: corrupt image", all(new Object[] {"--generated", sound, "--real", damaged},
                THROUGH));
    }

    @Test
    void aPipeIsRefusedForTheReport() throws Exception {
        Path pipe = file("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        assertRefused(pipe + " cannot be written: it is not a regular file", all(SETS, new Object[] {"--metrics",
            "psnr", "--out", pipe}));
    }

    @Test
    void setsOfTooFewImagesAreRefusedBeforeThePass() {
        Object[] nine = all(SETS, THROUGH, new Object[] {"--count", "9"});
        JsonObject report = report(nine);
        assertThat(report.getAsJsonObject("metrics").keySet()).containsExactly("fid", "precision", "recall", "fScore");
        assertThat(report.getAsJsonArray("notes").toString())
                .contains("without is, which needs an image for each of its 10 parts");
        assertRefused("is needs an image for each of its 10 parts, and " + COPIES + " has 9",
                all(nine, new Object[] {"--metrics", "is"}));
        assertRefused(COPIES + " has one image; a covariance", all(SETS, THROUGH, new Object[] {"--count", "1"}));
        assertRefused("--k 30 is too large for " + COPIES, all(SETS, THROUGH, new Object[] {"--k", "30"}));
        assertRefused("no such file: absent.npy", all(SETS, THROUGH, new Object[] {"--latents", "absent.npy",
            "--prior", IMAGES, "--bank", directory}));
    }

    @Test
    void theReportSaysWhatTheTableSays() {
        Path reference = file("reference.npz");
        JsonObject report = report(all(SETS, THROUGH, new Object[] {"--write-reference", reference, "--seed", "7"}));
        assertThat(report.get("imageSize").getAsInt()).isEqualTo(12);
        assertThat(report.get("dimension").getAsInt()).isEqualTo(6);
        assertThat(report.get("k").getAsInt()).isEqualTo(3);
        assertThat(report.get("seed").getAsInt()).isEqualTo(7);
        assertThat(report.get("referenceWritten").getAsString()).isEqualTo(reference.toString());
        assertThat(report(all(SETS, THROUGH, new Object[] {"--metrics", "is"})).has("k")).isFalse();
    }

    /** As if each set were looked at by itself. */
    @Test
    void aTorchScriptModuleIsGivenEachSetAtItsOwnSize() {
        Object[] sizes = {"--generated", "procedural:24?seed=1&count=12", "--real", IMAGES, "--metrics", "fid"};
        double own = metrics(all(sizes, THROUGH)).get("fid").getAsDouble();
        double resized = metrics(all(sizes, THROUGH, new Object[] {"--input-size", "24"})).get("fid").getAsDouble();
        Path reference = file("reference.npz");
        assertThat(run(all(new Object[] {"--real", IMAGES, "--write-reference", reference}, THROUGH))).isZero();
        double apart = metrics(all(new Object[] {"--generated", sizes[1], "--reference", reference, "--metrics",
            "fid"}, THROUGH)).get("fid").getAsDouble();
        assertThat(own).isCloseTo(apart, Percentage.withPercentage(1e-3)).isNotEqualTo(resized);
    }

    private static BufferedImage buffered(RgbImage image) {
        BufferedImage made = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < image.width() * image.height(); p++) {
            byte[] bytes = image.pixels();
            made.setRGB(p % image.width(), p / image.width(),
                    (bytes[3 * p] & 255) << 16 | (bytes[3 * p + 1] & 255) << 8 | bytes[3 * p + 2] & 255);
        }
        return made;
    }

    @Test
    void writtenStatisticsStandForTheRealImages() {
        Path reference = file("reference.npz");
        assertThat(run(all(new Object[] {"--real", IMAGES, "--write-reference", reference}, THROUGH))).isZero();
        // np.load(reference): mu float32 [6], sigma float64 [6, 6]
        assertThat(Npz.read(reference)).containsOnlyKeys("mu", "sigma", "count");
        JsonObject metrics = metrics(all(new Object[] {"--generated", COPIES, "--reference", reference}, THROUGH));
        assertAgree(metrics, "fid", "inceptionScore");
        assertThat(metrics.has("precision")).isFalse();
        assertRefused("pr needs images on both sides", all(new Object[] {"--generated", COPIES, "--reference",
            reference, "--metrics", "pr"}, THROUGH));
    }

    @Test
    void imagesInAReferenceServeForPrecisionAndRecall() {
        Path statistics = file("statistics.npz");
        assertThat(run(all(new Object[] {"--real", IMAGES, "--write-reference", statistics}, THROUGH))).isZero();
        Path both = file("both.npz");
        Map<String, Tensor> arrays = new LinkedHashMap<>(Npz.read(statistics));
        arrays.putAll(Npz.read(IMAGES));
        Npz.write(both, arrays);
        assertAgree(metrics(all(new Object[] {"--generated", COPIES, "--reference", both}, THROUGH)), "fid",
                "precision", "recall");
    }

    @Test
    void lpipsTakesItsWeightsFromAFile() {
        Path weights = file("lpips.safetensors");
        try (Generator generator = Generator.seeded(2); Lpips lpips = new Lpips(generator)) {
            Safetensors.write(weights, lpips.stateDict());
        }
        assertRefused("lpips needs its weights", all(SETS, new Object[] {"--metrics", "lpips"}));
        assertRefused("no such file", all(SETS, new Object[] {"--metrics", "lpips", "--lpips", file("absent")}));
        JsonObject metrics = metrics(all(SETS, new Object[] {"--metrics", "lpips", "--lpips", weights, "--image-size",
            "32", "--count", "4"}));
        JsonObject same = metrics("--generated", IMAGES, "--real", IMAGES, "--metrics", "lpips", "--lpips", weights,
                "--image-size", "32", "--count", "4");
        assertThat(same.get("lpips").getAsDouble()).isZero();
        assertThat(metrics.get("lpips").getAsDouble()).isPositive();
    }

    @Test
    void nothingIsLeftInMemory() {
        run(all(SETS, THROUGH));
        long before = Memory.liveTensors();
        assertThat(run(all(SETS, THROUGH))).isZero();
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    @Test
    void whatDoesNotGoTogetherIsRefused() throws IOException {
        assertRefused("nothing to evaluate");
        assertRefused("--generated needs --real or --reference", "--generated", COPIES);
        assertRefused("fid needs a network, --features", SETS);
        assertRefused("--autoencoder needs the images, --real", "--autoencoder", "ae.pt");
        assertRefused("sfid needs features that know of places", all(SETS, THROUGH, new Object[] {"--metrics",
            "sfid"}));
        assertRefused("--features net.pt must be inception:FILE", all(SETS, new Object[] {"--features", "net.pt"}));
        assertRefused("--input goes with", all(SETS, new Object[] {"--features", "dinov2:x", "--input", "unit"}));
        assertRefused("no such file: absent.pt", all(SETS, new Object[] {"--features", "inception:absent.pt"}));
        assertRefused("no such file: absent", "--generated", "absent", "--real", IMAGES, "--metrics", "psnr");
        assertRefused("is no TorchScript module", all(SETS, new Object[] {"--features", "torchscript:" + IMAGES}));
        assertRefused("has 30 images, fewer than --count 31", all(SETS, THROUGH, new Object[] {"--count", "31"}));
        assertRefused("pairs must be of one size", "--generated", "procedural:16?seed=1&count=30", "--real", IMAGES,
                "--metrics", "psnr");
        assertRefused("there must be as many", "--generated", "procedural:12?seed=1&count=4", "--real", IMAGES,
                "--metrics", "psnr");
        assertRefused("its directory does not exist", all(SETS, THROUGH, new Object[] {"--out", file("no/r.json")}));
        assertRefused("another that is its neighbour number 30", all(SETS, THROUGH, new Object[] {"--k", "30"}));
        Path folder = Files.createDirectories(file("mixed"));
        ImageIO.write(new BufferedImage(12, 12, BufferedImage.TYPE_INT_RGB), "png", folder.resolve("a.png").toFile());
        ImageIO.write(new BufferedImage(14, 12, BufferedImage.TYPE_INT_RGB), "png", folder.resolve("b.png").toFile());
        assertRefused("b.png has 14 x 12 pixels, not 12 x 12; --image-size makes", all(new Object[] {"--generated",
            folder, "--real", IMAGES, "--metrics", "fid"}, THROUGH));
    }

    @Test
    void aReferenceOfAnotherNetworkIsRefused() {
        Path reference = file("other.npz");
        Npz.write(reference, Map.of("mu", Torch.zeros(5), "sigma", Torch.eye(5)));
        assertRefused("is of features of 5 numbers, the network makes 6", all(new Object[] {"--generated", COPIES,
            "--reference", reference}, THROUGH));
        Npz.write(reference, Map.of("sigma", Torch.eye(5)));
        assertRefused("has no array 'mu'", all(new Object[] {"--generated", COPIES, "--reference", reference},
                THROUGH));
    }
}
