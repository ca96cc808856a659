package org.flowprior.cli.evaluate;

import java.nio.file.Path;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.console.Progress;
import org.flowprior.eval.ImageSet;
import org.flowprior.eval.SmallClassifier;
import picocli.CommandLine.Option;

/** The options of {@code evaluate} for the training of a classifier. */
final class ClassifierOptions {

    @Option(names = "--train-classifier", paramLabel = "FILE",
            description = "first trains a small classifier on --real, minutes on two cores, and writes it")
    Path file;

    @Option(names = "--classifier-steps", paramLabel = "N",
            description = "steps of its training (default: 1000)")
    private Integer steps;

    /** Trains a classifier on these images and writes it. */
    void train(ImageSet images, int workers, long seed, Console console, EvaluationReport report) {
        SmallClassifier.Options standard = SmallClassifier.Options.STANDARD;
        SmallClassifier.Options options = new SmallClassifier.Options(steps == null ? standard.steps() : steps,
                Math.min(standard.batch(), images.count()), standard.width(), seed);
        if (images.source().classes().size() < 2) {
            throw new RequestException("--train-classifier needs images of several classes; " + images.name()
                    + " has none");
        }
        try (Progress progress = console.progress("classifier", options.steps(), 0);
                SmallClassifier classifier = SmallClassifier.train(images.source(), images.side(), options, workers,
                        progress::step)) {
            classifier.write(file);
            report.row("classifier", file + " of " + classifier.names().size() + " classes");
        }
    }
}
