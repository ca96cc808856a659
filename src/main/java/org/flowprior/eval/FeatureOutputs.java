package org.flowprior.eval;

import org.flowprior.torch.Tensor;

/**
 * What a {@link FeatureNetwork} makes of images, in the innermost scope, on the network's device.
 *
 * @param features [B, D], float32; of networks with several rows an image [n, D], image after image
 * @param spatial  float32 [B, S], features with positions, for sFID; null from a network without them
 * @param logits   float32 [B, C], of classes, for the Inception score; null from a network without them
 */
public record FeatureOutputs(Tensor features, Tensor spatial, Tensor logits) {

    /** Features alone. */
    static FeatureOutputs of(Tensor features) {
        return new FeatureOutputs(features, null, null);
    }
}
