package org.flowprior.target;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongPredicate;
import org.flowprior.torch.NoGrad;

/**
 * Writes the features of a source into a {@link FeatureBank}, the target distribution of a flow prior.
 *
 * <pre>{@code
 * try (FeatureSource source = LatentSource.open(Path.of("caches/kl"), false);
 *         FeatureBank bank = FeatureExtraction.of(source).into(Path.of("banks/kl"))) { ... }
 * }</pre>
 *
 * @param source  the features; the caller closes it
 * @param options how the bank is written; a Gaussian source makes it Gaussian
 * @param maxRows greatest number of rows, at least 1
 */
public record FeatureExtraction(FeatureSource source, FeatureBankWriter.Options options, long maxRows) {

    /** Throws {@link IllegalArgumentException} unless the number of rows is positive. */
    public FeatureExtraction {
        if (maxRows < 1) {
            throw new IllegalArgumentException("at least one row must be taken, not " + maxRows);
        }
    }

    /** Takes all rows, stores them in float32 and scales them to unit deviation. */
    public static FeatureExtraction of(FeatureSource source) {
        return new FeatureExtraction(source, FeatureBankWriter.Options.of(source.description()), Long.MAX_VALUE);
    }

    /** Changes how the bank is written. */
    public FeatureExtraction withOptions(FeatureBankWriter.Options value) {
        return new FeatureExtraction(source, value, maxRows);
    }

    /** Takes only the first rows. */
    public FeatureExtraction withMaxRows(long value) {
        return new FeatureExtraction(source, options, value);
    }

    /**
     * Writes the bank and opens it.
     *
     * @param directory must not exist; if writing fails, nothing is left there
     * @throws IllegalArgumentException     for features that cannot be a bank, naming the row or the file
     * @throws java.io.UncheckedIOException when a file cannot be read or the bank cannot be written
     */
    public FeatureBank into(Path directory) {
        return into(directory, done -> true).orElseThrow();
    }

    /**
     * Writes the bank and opens it, unless it is stopped.
     *
     * @param goOn gets, after each part, how much of the source's {@link FeatureSource#total} is read, and stops the
     *             extraction by returning false
     * @return empty if it was stopped; then nothing is left in the directory
     */
    public Optional<FeatureBank> into(Path directory, LongPredicate goOn) {
        FeatureBankWriter.Options how = options.withGaussian(options.gaussian() || source.gaussian());
        try (NoGrad noGrad = new NoGrad(); FeatureBankWriter writer = new FeatureBankWriter(directory, how)) {
            AtomicBoolean stopped = new AtomicBoolean();
            source.read((rows, done) -> {
                long left = maxRows - writer.rows();
                writer.add(rows.size(0) <= left ? rows : rows.narrow(0, 0, left));
                stopped.set(!goOn.test(done));
                return rows.size(0) < left && !stopped.get();
            });
            return stopped.get() ? Optional.empty() : Optional.of(writer.finish());
        }
    }
}
