package org.flowprior.cli.sample;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.flowprior.console.Console;
import org.flowprior.console.Progress;
import org.flowprior.data.RgbImage;
import org.flowprior.mar.MarSampler;

/**
 * Makes the images that a directory lacks. Batches begin at fixed numbers, and one that lacks some images is made whole
 * again: so an image meets the same others in its batch as ever, and its last bits do not depend on what was there.
 */
record SampleRun(SampleModels models, MarSampler.Options options, SampleLabels labels, long seed, double scaling,
                 int batch) {

    /**
     * How fast it went.
     *
     * @param made    images written
     * @param batches batches made
     * @param timed   images that were made in the time; the first of several batches, which warms up, is left out
     * @param seconds the time
     */
    record Speed(int made, int batches, int timed, double seconds) {

        @Override
        public String toString() {
            return timed == 0 ? "none made" : String.format(Locale.ROOT, "%.4g (%.4g s an image%s)", timed / seconds,
                    seconds / timed, batches > 1 ? ", first batch left out" : "");
        }
    }

    /** Makes them; null when it was stopped. */
    Speed into(SampleFolder folder, MarSampler sampler, Console console, BooleanSupplier stop) throws IOException {
        int there = (int) IntStream.range(0, labels.count()).filter(folder::has).count();
        int made = 0;
        int timed = 0;
        double seconds = 0;
        int batches = 0;
        try (Progress progress = console.progress("sample", labels.count(), there)) {
            for (int from = 0; from < labels.count(); from += batch) {
                int[] images = IntStream.range(from, Math.min(labels.count(), from + batch)).toArray();
                int[] missing = IntStream.of(images).filter(image -> !folder.has(image)).toArray();
                if (missing.length == 0) {
                    continue;
                }
                if (stop.getAsBoolean()) {
                    return null;
                }
                long start = System.nanoTime();
                write(folder, missing, from, models.sample(sampler, options, images, labels::label, seed, scaling));
                double taken = (System.nanoTime() - start) / 1e9;
                made += missing.length;
                boolean second = batches++ == 1;
                seconds = second ? taken : seconds + taken;
                timed = second ? images.length : timed + images.length;
                progress.step(there + made);
            }
        }
        return new Speed(made, batches, timed, seconds);
    }

    private static void write(SampleFolder folder, int[] missing, int from, List<RgbImage> pictures)
            throws IOException {
        for (int image : missing) {
            folder.write(image, pictures.get(image - from));
        }
    }
}
