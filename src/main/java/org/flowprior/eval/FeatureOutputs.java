package org.flowprior.eval;

import org.flowprior.torch.Tensor;

/**
 * What a {@link FeatureNetwork} makes of images, in the innermost scope, on the network's device.
 *
 * @param features float32 [B, D]
 * @param spatial  float32 [B, S], features that know of places, for sFID; null from a network without
 * @param logits   float32 [B, C], of classes, for the Inception score; null from a network without
 */
public record FeatureOutputs(Tensor features, Tensor spatial, Tensor logits) {}
