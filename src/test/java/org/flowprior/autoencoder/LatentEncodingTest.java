package org.flowprior.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.flowprior.console.Console;
import org.flowprior.data.ImageCrop;
import org.flowprior.data.ImageLoader;
import org.flowprior.data.ProceduralImages;
import org.flowprior.data.latents.LatentCache;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Precision;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InScope
class LatentEncodingTest {

    private static final LatentEncoding.Options SMALL_SHARDS =
            new LatentEncoding.Options(2, 4, DType.FLOAT32, false, 2.0, false, 1, Precision.FLOAT32);

    @TempDir
    private Path directory;
    private final ProceduralImages images = new ProceduralImages(11, 16, 3);
    private Autoencoder autoencoder;

    @BeforeEach
    void make() {
        VisionTransformerConfig sizes = new VisionTransformerConfig(16, 8, 64, 1, 1, 64, MlpType.GELU, 0, true);
        try (Generator generator = Generator.seeded(6)) {
            autoencoder = new Autoencoder(AutoencoderConfig.of(sizes, sizes, 3, 4), generator);
        }
    }

    @AfterEach
    void close() {
        autoencoder.close();
    }

    private Tensor pixels() {
        try (ImageLoader loader = new ImageLoader(images,
                ImageLoader.Options.inOrder(new ImageCrop.Centre(16), images.size()))) {
            return loader.next().orElseThrow().images();
        }
    }

    @Test
    void allImagesAndTheirMirrorImagesAreEncoded() {
        long before = Memory.liveTensors();
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad();
                LatentCache cache = LatentEncoding.of(autoencoder, images).into(directory.resolve("cache"))) {
            Tensor expected = autoencoder.encode(pixels());
            Tensor flipped = autoencoder.encode(pixels().flip(3));
            long[] places = {0, 5, 10};
            Tensor at = Tensor.of(places);
            assertThat(cache.images()).isEqualTo(11);
            assertThat(cache.latents(places, null).sub(expected.indexSelect(0, at)).abs().max().item())
                    .isLessThan(2e-5);
            assertThat(cache.latents(places, new boolean[] {true, true, true}).sub(flipped.indexSelect(0, at)).abs()
                    .max().item()).isLessThan(2e-5);
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
        assertThat(autoencoder.isTraining()).isTrue();
    }

    @Test
    void aStoppedRunContinuesWithTheSameProvenance() {
        Path place = directory.resolve("cache");
        LatentEncoding encoding = LatentEncoding.of(autoencoder, images, SMALL_SHARDS);
        int[] batches = {0};
        LatentEncoding.Result stopped = encoding.run(place, false, Map.of("weights", "mine"), Console.silent(),
                () -> batches[0]++ == 3);
        assertThat(stopped.cache()).isEmpty();
        assertThat(stopped.resumable()).isTrue();
        assertThat(place).doesNotExist();
        assertThatThrownBy(() -> encoding.run(place, true, Map.of("weights", "other"), Console.silent(), () -> false))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("was begun with");
        batches[0] = 0;
        try (LatentCache cache = encoding.run(place, true, Map.of("weights", "mine"), Console.silent(), () -> {
            batches[0]++;
            return false;
        }).cache().orElseThrow()) {
            assertThat(cache.images()).isEqualTo(11);
            assertThat(cache.scaling()).isEqualTo(2);
            assertThat(cache.flips()).isFalse();
        }
        // Images 4 to 10 are left: four batches, and the end of the set.
        assertThat(batches[0]).isEqualTo(5);
    }
}
