package org.flowprior.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.autoencoder.AutoencoderFile;
import org.flowprior.data.NpzImages;
import org.flowprior.data.Pixels;
import org.flowprior.data.ProceduralImages;
import org.flowprior.data.latents.LatentCache;
import org.flowprior.fixtures.Banks;
import org.flowprior.fixtures.Caches;
import org.flowprior.flow.FlowPriorFile;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.target.RandomProjection;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Npz;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.Test;

/** Reconstructions of an autoencoder, latents compared with a prior's targets, and a classifier's features. */
class EvaluateModelsTest extends EvaluateFixture {

    private static final int SIZE = 16;
    private static final String DRAWN = "procedural:16?seed=3&count=11";

    /** Writes the autoencoder, and its reconstructions of the images as an .npz. */
    private void reconstruct(Path weights, Path copies) {
        VisionTransformerConfig sizes = new VisionTransformerConfig(SIZE, 8, 64, 1, 1, 64, MlpType.GELU, 0, true);
        ProceduralImages images = new ProceduralImages(11, SIZE, 3);
        Tensor pixels = Torch.stack(IntStream.range(0, 11)
                .mapToObj(i -> Pixels.values(Tensor.of(images.image(i).pixels(), SIZE, SIZE, 3).permute(2, 0, 1)))
                .toList());
        try (Generator generator = Generator.seeded(6); NoGrad noGrad = new NoGrad();
                Autoencoder autoencoder = new Autoencoder(AutoencoderConfig.of(sizes, sizes, 3, 4), generator)) {
            autoencoder.eval();
            AutoencoderFile.write(weights, autoencoder);
            Tensor made = Pixels.levels(autoencoder.decode(autoencoder.encode(pixels))).permute(0, 2, 3, 1);
            byte[] bytes = new byte[(int) made.numel()];
            int[] levels = made.contiguous().to(DType.INT32).toIntArray();
            IntStream.range(0, bytes.length).forEach(i -> bytes[i] = (byte) levels[i]);
            Npz.write(copies, NpzImages.ARRAY, DType.UINT8, made.shape(), List.of(ByteBuffer.wrap(bytes)));
        }
    }

    @Test
    void reconstructionsAreJudgedAsTheirFilesWouldBe() {
        Path weights = file("ae.safetensors");
        Path copies = file("copies.npz");
        reconstruct(weights, copies);
        JsonObject direct = metrics("--autoencoder", weights, "--real", DRAWN, "--features", NETWORK, "--batch", "4");
        JsonObject files = metrics("--generated", copies, "--real", DRAWN, "--features", NETWORK, "--metrics",
                "rfid,psnr,ssim");
        assertThat(direct.keySet()).containsExactlyInAnyOrder("rfid", "psnr", "ssim");
        direct.keySet().forEach(key -> assertThat(direct.get(key).getAsDouble()).as(key)
                .isCloseTo(files.get(key).getAsDouble(), within(1e-3)));
        assertRefused("which takes images of 16 pixels", "--autoencoder", weights, "--real", DRAWN, "--image-size",
                "8");
        assertRefused("fid is of images, --generated", "--autoencoder", weights, "--real", DRAWN, "--features",
                NETWORK, "--metrics", "fid");
        assertRefused("no such file", "--autoencoder", file("absent.pt"), "--real", DRAWN);
    }

    @Test
    void aNetworkWhoseFeaturesAreNotFiniteIsNamed() {
        Path weights = file("vit.safetensors");
        VisionTransformerConfig sizes = new VisionTransformerConfig(SIZE, 8, 64, 1, 1, 64, MlpType.GELU, 0, true);
        try (Generator generator = Generator.seeded(6); NoGrad noGrad = new NoGrad();
                VisionTransformer network = new VisionTransformer(sizes, generator)) {
            network.parameters().getFirst().fill_(Double.NaN);
            Safetensors.write(weights, network.stateDict());
        }
        assertRefused(weights + " makes features of the images that are not finite", "--generated", DRAWN, "--real",
                DRAWN, "--features", "dinov2:" + weights, "--input-size", SIZE);
    }

    private Path prior() {
        Path file = file("prior.safetensors");
        try (Generator generator = Generator.seeded(1); RandomProjection projection = RandomProjection.official(8, 4);
                VelocityNetwork network = new VelocityNetwork(new VelocityNetwork.Config(4, 0, 2, 8), generator)) {
            FlowPriorFile.write(file, network.stateDict(), TimeConvention.PAPER, projection, 0.5, Map.of());
        }
        return file;
    }

    @Test
    void latentsAreMeasuredInThePriorsSpace() {
        Path prior = prior();
        Tensor targets;
        Tensor latents;
        try (Generator generator = Generator.seeded(9)) {
            targets = Torch.randn(new long[] {700, 8}, generator);
            latents = Torch.randn(new long[] {40, 4}, generator);
        }
        Path bank = Banks.write(file("bank"), targets, false);
        Path rows = file("latents.safetensors");
        Safetensors.write(rows, Map.of("latents", latents));
        double expected;
        try (RandomProjection projection = RandomProjection.official(8, 4)) {
            Tensor projected = projection.apply(targets.mul(0.5)).to(DType.FLOAT64);
            expected = Torch.cdist(latents.to(DType.FLOAT64), projected, 2).sort(1, false).values().select(1, 4).log()
                    .mean().item();
        }
        Object[] given = {"--prior", prior, "--bank", bank, "--k", "5"};
        JsonObject found = metrics("--latents", rows, given[0], given[1], given[2], given[3], given[4], given[5]);
        assertThat(found.get("meanLogDistance").getAsDouble()).isCloseTo(expected, within(1e-5));
        assertThat(found.get("clampedDistances").getAsDouble()).isZero();
        JsonObject some = report("--latents", rows, "--prior", prior, "--bank", bank, "--points", "7");
        assertThat(some.get("points").getAsInt()).isEqualTo(7);
        assertRefused("--latents needs --prior and --bank", "--latents", rows, "--prior", prior);
        assertRefused("--points goes with --latents", "--points", "7");
        assertRefused("fewer than --k 701", "--latents", rows, "--prior", prior, "--bank", bank, "--k", "701");
        Safetensors.write(rows, Map.of("latents", latents.div(0)));
        assertRefused(rows + " holds latents that are not finite", "--latents", rows, "--prior", prior, "--bank",
                bank);
        assertRefused("--bank must be the bank", "--latents", rows, "--prior", prior, "--bank",
                Banks.normal(file("other"), 20, 3, 1));
    }

    @Test
    void aCacheGivesItsTokens() {
        Path prior = prior();
        Path bank = Banks.normal(file("bank"), 50, 8, 1);
        Path cache = Caches.normal(file("cache"), 20, 3, 4);
        JsonObject all = report("--latents", cache, "--prior", prior, "--bank", bank);
        assertThat(all.get("points").getAsInt()).isEqualTo(60);
        try (LatentCache open = LatentCache.open(cache)) {
            Safetensors.write(file("same.safetensors"), Map.of("x",
                    open.latents(IntStream.range(0, 20).asLongStream().toArray(), null).flatten(0, 1)));
        }
        JsonObject rows = metrics("--latents", file("same.safetensors"), "--prior", prior, "--bank", bank);
        assertThat(rows).isEqualTo(all.getAsJsonObject("metrics"));
        assertThat(report("--latents", cache, "--prior", prior, "--bank", bank, "--points", "13").get("points")
                .getAsInt()).isEqualTo(13);
    }

    @Test
    void aTrainedClassifiersFeaturesAreLabelled() {
        Path classifier = file("classifier.safetensors");
        assertThat(run("--real", DRAWN, "--train-classifier", classifier, "--classifier-steps", "3")).isZero();
        assertThat(out.toString()).contains("of 10 classes");
        JsonObject report = report("--generated", "procedural:16?seed=4&count=20", "--real", DRAWN, "--features",
                "classifier:" + classifier);
        assertThat(report.getAsJsonObject("labels").get("fid").getAsString()).isEqualTo("FID of classifier features");
        assertThat(report.getAsJsonObject("metrics").get("fid").getAsDouble()).isPositive();
        assertThat(report.getAsJsonArray("notes").toString()).contains("20 images have no full covariance");
        assertRefused("needs images of several classes", "--real", IMAGES, "--train-classifier", classifier);
        assertRefused("is no small classifier", "--generated", COPIES, "--real", IMAGES, "--features",
                "classifier:" + prior());
    }
}
