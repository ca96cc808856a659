package org.flowprior.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flowprior.eval.Evaluation;
import org.flowprior.eval.EvaluationResult;
import org.flowprior.eval.FeatureNetwork;
import org.flowprior.eval.ImageSet;
import org.flowprior.eval.Metric;
import org.flowprior.eval.SmallClassifier;
import org.flowprior.torch.Device;

/**
 * How good generated images are: FID, precision and recall against real ones. Without Inception's weights, a small
 * classifier is trained on the real images; its numbers compare only with others of the same classifier.
 *
 * <pre>java … org.flowprior.examples.EvaluateImages samples real [steps | inception weights]</pre>
 *
 * Both sets may be a directory, a tar, an npz, or drawn images such as {@code procedural:32?seed=1&amp;count=500}.
 */
public final class EvaluateImages {

    private EvaluateImages() {}

    /** Prints the measures, with a note where they need one. */
    public static void main(String[] args) throws IOException {
        try (ImageSet generated = ImageSet.open(Path.of(args[0])); ImageSet real = ImageSet.open(Path.of(args[1]));
                FeatureNetwork network = network(real, args)) {
            EvaluationResult result = Evaluation.of(generated, real).through(network).metrics(Metric.FID, Metric.PR)
                    .run();
            result.measures().forEach(m -> System.out.printf("%-10s %10.4f  %s%n", m.key(), m.value(), m.label()));
            result.notes().forEach(System.out::println);
        }
    }

    private static FeatureNetwork network(ImageSet real, String[] args) throws IOException {
        String last = args.length > 2 ? args[2] : "1000";
        if (!last.matches("\\d+")) {
            return FeatureNetwork.inception(Path.of(last), Device.CPU);
        }
        Path file = Files.createTempFile("classifier", ".safetensors");
        SmallClassifier.Options options = new SmallClassifier.Options(Integer.parseInt(last),
                Math.min(64, real.count()), 16, 0);
        int threads = Runtime.getRuntime().availableProcessors();
        try (SmallClassifier classifier = SmallClassifier.train(real.source(), real.side(), options, threads,
                step -> {})) {
            classifier.write(file);
            return FeatureNetwork.classifier(file);
        } finally {
            Files.delete(file);
        }
    }
}
