package org.flowprior.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.flowprior.data.ImageBatch;
import org.flowprior.data.ImageCrop;
import org.flowprior.data.ImageLoader;
import org.flowprior.data.ProceduralImages;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallClassifierTest {

    private static final int SIDE = 24;

    private static SmallClassifier train(int steps) {
        return SmallClassifier.train(new ProceduralImages(2000, SIDE, 0), SIDE,
                new SmallClassifier.Options(steps, 32, 12, 5), 1, step -> {});
    }

    /** Images of another seed than the training's. */
    private static ImageBatch heldOut(int count) {
        try (ImageLoader loader = new ImageLoader(new ProceduralImages(count, SIDE, 1),
                ImageLoader.Options.inOrder(new ImageCrop.Centre(SIDE), count))) {
            return loader.nextOfAnyPass();
        }
    }

    @Test
    void aShortTrainingNamesHeldOutImagesFarAboveChance() {
        try (Scope scope = Scope.open(); SmallClassifier classifier = train(120)) {
            ImageBatch images = heldOut(200);
            Tensor named = classifier.classes(images.images());

            // Chance is 0.1; ten standard errors of it at 200 images are 0.21.
            assertThat(named.eq(images.labels()).sum().item() / 200).isGreaterThan(0.31);
            assertThat(classifier.names()).isEqualTo(new ProceduralImages(1, SIDE, 0).classes());
        }
    }

    @Test
    void theSameSeedGivesTheSameNetwork() {
        try (Scope scope = Scope.open(); SmallClassifier one = train(10); SmallClassifier other = train(10)) {
            Tensor images = heldOut(50).images();
            assertThat(one.classes(images).toLongArray()).isEqualTo(other.classes(images).toLongArray());
        }
    }

    @Test
    void aFileBringsTheSameClassifierBack(@TempDir Path directory) {
        Path file = directory.resolve("classifier.safetensors");
        try (Scope scope = Scope.open(); SmallClassifier classifier = train(10)) {
            classifier.write(file);
            Tensor images = heldOut(20).images();
            Tensor features = classifier.features(images);
            try (SmallClassifier again = SmallClassifier.read(file)) {
                assertThat(again.names()).isEqualTo(classifier.names());
                assertThat(features.shape()).containsExactly(20, 48);
                assertThat(again.features(images).toFloatArray()).containsExactly(features.toFloatArray());
                assertThat(again.logits(features).argmax(1L).toLongArray())
                        .containsExactly(classifier.classes(images).toLongArray());
            }
        }
    }

    @Test
    void otherFilesAreRefused(@TempDir Path directory) {
        Path file = directory.resolve("other.safetensors");
        try (Scope scope = Scope.open()) {
            Safetensors.write(file, Map.of("classes.weight", Torch.zeros(2, 8)), Map.of("classes", "[\"a\",\"b\"]"));
            assertThatThrownBy(() -> SmallClassifier.read(file)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(file.toString()).hasMessageContaining("features.0.weight");
            Safetensors.write(file, Map.of("classes.weight", Torch.zeros(2, 8)), Map.of("classes", "[1"));
            assertThatThrownBy(() -> SmallClassifier.read(file)).hasMessageContaining("is no small classifier");
        }
    }

    @Test
    void closedItLeavesNoTensor() {
        long before = Memory.liveTensors();
        train(3).close();
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }
}
