package org.flowprior.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.data.ProceduralImages;
import org.flowprior.eval.SmallClassifier;
import org.flowprior.mar.Mar;
import org.flowprior.torch.InScope;
import org.flowprior.torch.io.Npz;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InScope
class ImageSamplingTest {

    @TempDir
    private Path directory;

    @Test
    void aStoppedRunContinuesAfterItsBatches() throws IOException {
        try (Mar mar = GeneratorFixture.mar();
                Autoencoder autoencoder = GeneratorFixture.autoencoder(GeneratorFixture.TOKENS);
                ImageSampler sampler = ImageSampler.of(mar, autoencoder, 0.5)) {
            ImageSampling sampling = new ImageSampling(sampler, ClassLabels.ofAll(5, 2), 0, 4);
            SampledFolder folder = sampling.open(directory.resolve("images"), Map.of("weights", "here"));

            assertThat(sampling.fill(folder, Console.silent(), () -> folder.has(5))).isEmpty();
            assertThat(IntStream.range(0, 10).filter(folder::has)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
            SampledFolder again = sampling.open(directory.resolve("images"), Map.of("weights", "here"));
            assertThat(sampling.fill(again, Console.silent(), () -> false).orElseThrow().made()).isEqualTo(2);
            assertThatThrownBy(() -> sampling.open(directory.resolve("images"), Map.of("weights", "there")))
                    .isInstanceOf(RequestException.class).hasMessageContaining("was begun with weights \"here\"");

            assertThat(folder.values(0, 9).shape()).containsExactly(2, 3, 16, 16);
            folder.writeNpz(directory.resolve("all.npz"), 1);
            assertThat(Npz.read(directory.resolve("all.npz")).get("arr_0").shape()).containsExactly(10, 16, 16, 3);
        }
    }

    @Test
    void realImagesInTheFolderAreClassifiedAsOthers() throws IOException {
        ProceduralImages real = new ProceduralImages(1000, GeneratorFixture.SIZE, 4);
        ClassLabels labels = ClassLabels.ofAll(ClassCheck.classes(), 10);
        SampledFolder folder = SampledFolder.open(directory.resolve("real"), labels, new JsonObject());
        for (int i = 0; i < labels.count(); i++) {
            folder.write(i, real.image(10 * i + labels.label(i)));
        }
        ClassCheck check = ClassCheck.of(folder, new SmallClassifier.Options(120, 32, 12, 0), 1, Console.silent());

        // Chance is 0.1, with a standard error of 0.03 at 100 images.
        assertThat(check.real()).isGreaterThan(0.3);
        assertThat(check.generated()).isCloseTo(check.real(), within(0.2)).isGreaterThan(0.25);
        assertThat(check.chance()).isEqualTo(0.1);
    }
}
