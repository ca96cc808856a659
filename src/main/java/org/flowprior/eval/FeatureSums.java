package org.flowprior.eval;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** What is kept of the features of one set of images. */
final class FeatureSums implements AutoCloseable {

    private final boolean keepsPooled;
    private final boolean keepsSpatial;
    private final boolean keepsFeatures;
    private final boolean keepsLogits;
    private final List<Tensor> features = new ArrayList<>();
    private final List<Tensor> logits = new ArrayList<>();
    private GaussianStatistics.Accumulator pooled;
    private GaussianStatistics.Accumulator spatial;
    private int dimension;
    private int spatialDimension;

    /**
     * Sums over no images yet.
     *
     * @param pooled   whether statistics of the features are kept
     * @param spatial  whether statistics of the spatial features are kept, if the network has any
     * @param features whether the features themselves are kept
     * @param logits   whether the logits are kept
     */
    FeatureSums(boolean pooled, boolean spatial, boolean features, boolean logits) {
        keepsPooled = pooled;
        keepsSpatial = spatial;
        keepsFeatures = features;
        keepsLogits = logits;
    }

    /** Returns whether anything is kept. */
    boolean wanted() {
        return keepsPooled || keepsSpatial || keepsFeatures || keepsLogits;
    }

    /** Returns the length of a feature vector; 0 before the first. */
    int dimension() {
        return dimension;
    }

    /** Returns the length of a spatial feature vector; 0 before the first, and without any. */
    int spatialDimension() {
        return spatialDimension;
    }

    /** Adds what a network made of a batch; its tensors stay the caller's. */
    void add(FeatureNetwork.Outputs outputs) {
        dimension = Math.toIntExact(outputs.features().size(1));
        if (keepsPooled) {
            pooled = pooled == null ? new GaussianStatistics.Accumulator(dimension) : pooled;
            pooled.add(outputs.features());
        }
        if (keepsSpatial && outputs.spatial() != null) {
            spatialDimension = Math.toIntExact(outputs.spatial().size(1));
            spatial = spatial == null ? new GaussianStatistics.Accumulator(spatialDimension) : spatial;
            spatial.add(outputs.spatial());
        }
        if (keepsFeatures) {
            features.add(outputs.features().clone().keep());
        }
        if (keepsLogits) {
            logits.add(outputs.logits().clone().keep());
        }
    }

    /** Returns statistics of the features, in the innermost scope; null if they are not kept. */
    GaussianStatistics pooled() {
        return pooled == null ? null : pooled.result();
    }

    /** Returns statistics of the spatial features, in the innermost scope; null without any. */
    GaussianStatistics spatial() {
        return spatial == null ? null : spatial.result();
    }

    /** Returns all features, [N, D], in the innermost scope. */
    Tensor features() {
        return Torch.cat(features, 0);
    }

    /** Returns all logits, [N, C], in the innermost scope. */
    Tensor logits() {
        return Torch.cat(logits, 0);
    }

    @Override
    public void close() {
        features.forEach(Tensor::close);
        logits.forEach(Tensor::close);
        if (pooled != null) {
            pooled.close();
        }
        if (spatial != null) {
            spatial.close();
        }
    }
}
