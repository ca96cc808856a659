package org.flowprior.eval;

import static org.assertj.core.api.Assertions.assertThat;

import org.flowprior.data.ImageBatch;
import org.flowprior.data.ImageCrop;
import org.flowprior.data.ImageLoader;
import org.flowprior.data.ProceduralImages;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.Test;

class SmallClassifierTest {

    private static final int SIDE = 24;

    private static SmallClassifier train(int steps) {
        return SmallClassifier.train(new ProceduralImages(2000, SIDE, 0), SIDE,
                new SmallClassifier.Options(steps, 32, 12, 5), 1, step -> { });
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
    void closedItLeavesNoTensor() {
        long before = Memory.liveTensors();
        train(3).close();
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }
}
