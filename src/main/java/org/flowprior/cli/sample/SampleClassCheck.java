package org.flowprior.cli.sample;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.flowprior.cli.common.TextTable;
import org.flowprior.config.RequestException;
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
 * Whether generated images show the class asked for, judged by a classifier that was trained on real procedural images.
 *
 * @param real      the share of real images, of another seed than the training's, that it names rightly
 * @param generated the share of the generated images
 * @param chance    what guessing would do
 */
record SampleClassCheck(double real, double generated, double chance) {

    private static final int HELD_OUT = 500;
    private static final int HELD_OUT_SEED = 1;
    private static final int BATCH = 100;

    /** Refuses a generator that has other classes than the procedural images. */
    static void requireProcedural(long classes) {
        int known = new ProceduralImages(1, 1, 0).classes().size();
        if (classes != known) {
            throw new RequestException("--check-classes knows the " + known + " classes of procedural images, and the "
                    + "generator has " + classes);
        }
    }

    /**
     * Trains the classifier and has it name the images.
     *
     * @param side    pixels along a side of the images
     * @param options how it is trained
     * @param threads that draw procedural images
     */
    static SampleClassCheck of(SampleOutputs outputs, SampleLabels labels, int side, SmallClassifier.Options options,
            int threads, Console console) throws IOException {
        ProceduralImages drawn = new ProceduralImages(ProceduralImages.DEFAULT_COUNT, side, 0);
        try (Progress progress = console.progress("classifier", options.steps(), 0);
                SmallClassifier classifier = SmallClassifier.train(drawn, side, options, threads, progress::step)) {
            return new SampleClassCheck(real(classifier, side, threads), generated(classifier, outputs, labels),
                    1.0 / drawn.classes().size());
        }
    }

    private static double real(SmallClassifier classifier, int side, int threads) {
        ProceduralImages drawn = new ProceduralImages(HELD_OUT, side, HELD_OUT_SEED);
        ImageLoader.Options how = ImageLoader.Options.inOrder(new ImageCrop.Centre(side), BATCH).withThreads(threads);
        long right = 0;
        try (ImageLoader loader = new ImageLoader(drawn, how)) {
            for (int seen = 0; seen < HELD_OUT; seen += BATCH) {
                try (Scope scope = Scope.open()) {
                    ImageBatch batch = loader.nextOfAnyPass();
                    right += right(classifier, batch.images(), batch.labels());
                }
            }
        }
        return (double) right / HELD_OUT;
    }

    private static double generated(SmallClassifier classifier, SampleOutputs outputs, SampleLabels labels)
            throws IOException {
        long right = 0;
        for (int from = 0; from < labels.count(); from += BATCH) {
            int[] images = IntStream.range(from, Math.min(labels.count(), from + BATCH)).toArray();
            try (Scope scope = Scope.open()) {
                Tensor wanted = Tensor.of(IntStream.of(images).mapToLong(labels::label).toArray(), images.length);
                right += right(classifier, outputs.values(images), wanted);
            }
        }
        return (double) right / labels.count();
    }

    private static long right(SmallClassifier classifier, Tensor images, Tensor labels) {
        return (long) classifier.classes(images).eq(labels).sum().item();
    }

    /** What is printed of it. */
    List<List<String>> rows() {
        return List.of(
                TextTable.row("class named rightly", "%.1f%% of the generated images, %.1f%% of real ones, chance "
                        + "%.0f%%", 100 * generated, 100 * real, 100 * chance));
    }
}
