package org.flowprior.eval;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.flowprior.torch.Device;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** The pooled features of a small classifier, and its logits. */
final class ClassifierFeatures implements FeatureNetwork {

    private final SmallClassifier classifier;

    ClassifierFeatures(Path file) {
        classifier = SmallClassifier.read(file);
    }

    @Override
    public String label() {
        return "classifier features";
    }

    @Override
    public Set<Output> outputs() {
        return EnumSet.of(Output.FEATURES, Output.LOGITS);
    }

    @Override
    public FeatureOutputs of(Tensor images) {
        try (Scope scope = Scope.open()) {
            Tensor features = classifier.features(PixelRange.SYMMETRIC.of(LevelImages.on(Device.CPU, images, null)));
            return new FeatureOutputs(features.moveOutward(), null, classifier.logits(features).moveOutward());
        }
    }

    @Override
    public void close() {
        classifier.close();
    }
}
