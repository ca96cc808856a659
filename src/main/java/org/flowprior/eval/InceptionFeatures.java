package org.flowprior.eval;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import org.flowprior.vision.Inception;

/** The features of the published numbers. */
final class InceptionFeatures implements FeatureNetwork {

    private static final Set<Inception.Output> WANTED = EnumSet.of(Inception.Output.POOLED2048,
            Inception.Output.SPATIAL, Inception.Output.LOGITS_UNBIASED);

    private final Inception network;

    InceptionFeatures(Path file, Device device) {
        network = Inception.read(file);
        network.to(device);
        network.eval();
    }

    @Override
    public String label() {
        return "Inception features";
    }

    @Override
    public boolean isInception() {
        return true;
    }

    @Override
    public Set<Output> outputs() {
        return EnumSet.allOf(Output.class);
    }

    @Override
    public FeatureOutputs of(Tensor images) {
        try (NoGrad noGrad = new NoGrad()) {
            Map<Inception.Output, Tensor> found = network.forward(images, WANTED);
            return new FeatureOutputs(found.get(Inception.Output.POOLED2048), found.get(Inception.Output.SPATIAL),
                    found.get(Inception.Output.LOGITS_UNBIASED));
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
