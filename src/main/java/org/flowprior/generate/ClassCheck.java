package org.flowprior.generate;

import java.io.IOException;
import java.util.stream.IntStream;
import org.flowprior.console.Console;
import org.flowprior.console.Progress;
import org.flowprior.data.ImageBatch;
import org.flowprior.data.ImageCrop;
import org.flowprior.data.ImageLoader;
import org.flowprior.data.ProceduralImages;
import org.flowprior.eval.SmallClassifier;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Measures whether generated images show their class: a classifier that was trained on real procedural images
 * classifies them.
 *
 * @param real      the share of correctly classified real images, of another seed than in training
 * @param generated the share of correctly classified generated images
 * @param chance    the share that a guess would reach
 */
public record ClassCheck(double real, double generated, double chance) {

    private static final int HELD_OUT = 500;
    private static final int HELD_OUT_SEED = 1;
    private static final int BATCH = 100;

    /** Returns the number of classes of procedural images; only those can be checked. */
    public static int classes() {
        return new ProceduralImages(1, 1, 0).classes().size();
    }

    /**
     * Trains the classifier, and classifies real images and those of the folder, which must be complete.
     *
     * @param options how the classifier is trained
     * @param threads threads that draw procedural images
     * @param console shows the progress of the training
     * @throws IOException when an image is missing or cannot be read
     */
    public static ClassCheck of(SampledFolder folder, SmallClassifier.Options options, int threads, Console console)
            throws IOException {
        int side = folder.read(0).width();
        ProceduralImages drawn = new ProceduralImages(ProceduralImages.DEFAULT_COUNT, side, 0);
        try (Progress progress = console.progress("classifier", options.steps(), 0);
                SmallClassifier classifier = SmallClassifier.train(drawn, side, options, threads, progress::step)) {
            return new ClassCheck(real(classifier, side, threads), generated(classifier, folder),
                    1.0 / drawn.classes().size());
        }
    }

    private static double real(SmallClassifier classifier, int side, int threads) {
        ProceduralImages drawn = new ProceduralImages(HELD_OUT, side, HELD_OUT_SEED);
        ImageLoader.Options how = ImageLoader.Options.inOrder(new ImageCrop.Centre(side), BATCH).withThreads(threads);
        long correct = 0;
        try (ImageLoader loader = new ImageLoader(drawn, how)) {
            for (int seen = 0; seen < HELD_OUT; seen += BATCH) {
                try (Scope scope = Scope.open()) {
                    ImageBatch batch = loader.nextOfAnyPass();
                    correct += correct(classifier, batch.images(), batch.labels());
                }
            }
        }
        return (double) correct / HELD_OUT;
    }

    private static double generated(SmallClassifier classifier, SampledFolder folder) throws IOException {
        ClassLabels labels = folder.labels();
        long correct = 0;
        for (int from = 0; from < labels.count(); from += BATCH) {
            int[] images = IntStream.range(from, Math.min(labels.count(), from + BATCH)).toArray();
            try (Scope scope = Scope.open()) {
                Tensor wanted = Tensor.of(IntStream.of(images).mapToLong(labels::label).toArray(), images.length);
                correct += correct(classifier, folder.values(images), wanted);
            }
        }
        return (double) correct / labels.count();
    }

    private static long correct(SmallClassifier classifier, Tensor images, Tensor labels) {
        return (long) classifier.classes(images).eq(labels).sum().item();
    }
}
