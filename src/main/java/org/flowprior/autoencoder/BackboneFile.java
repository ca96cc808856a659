package org.flowprior.autoencoder;

import java.nio.file.Path;
import org.flowprior.torch.Scope;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerWeights;

/** Published weights for a part of an autoencoder. */
final class BackboneFile {

    private BackboneFile() {}

    static void load(Path file, VisionTransformer network) {
        try (Scope scope = Scope.open()) {
            VisionTransformerWeights.read(file).loadInto(network);
        }
    }
}
