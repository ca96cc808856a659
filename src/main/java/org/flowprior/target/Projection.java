package org.flowprior.target;

import java.util.Map;
import org.flowprior.torch.Tensor;

/**
 * A fixed linear map from features to the dimension of the latents (Sec. 4.1, 5.3), without trained parameters. Its
 * tensors belong to no scope; {@link #close} frees them.
 */
public sealed interface Projection extends AutoCloseable
        permits IdentityProjection, RandomProjection, AveragePooling, PrincipalComponents {

    /** Returns d2, the numbers in an input row. */
    int inputs();

    /** Returns d1, the numbers in an output row. */
    int outputs();

    /** Returns the factor of the output, 1 in the paper; 1 over the output's deviation gives unit deviation. */
    double scale();

    /**
     * Maps rows on their device, in float32 also under autocast. Only {@code x} gets a gradient.
     *
     * @param x floating point, [N, d2]
     * @return float32, [N, d1]; it may share the memory of {@code x} if the map changes nothing
     * @throws IllegalArgumentException for rows of another width
     */
    Tensor apply(Tensor x);

    /** Returns the same map with another scale; the caller closes both. */
    Projection withScale(double scale);

    /** Returns the projection's own tensors for a file, under keys {@code projection.*}. */
    default Map<String, Tensor> tensors() {
        return Map.of();
    }

    /** Returns kind, sizes, scale and the kind's own settings for a file, under keys {@code projection.*}. */
    default Map<String, String> metadata() {
        return StoredProjection.metadata(this);
    }

    /** Frees the projection's tensors, if it has any. */
    @Override
    default void close() {}

    /**
     * Makes the projection that {@link #tensors} and {@link #metadata} describe, with copies of the tensors. Ignores
     * other keys.
     *
     * @throws IllegalArgumentException when something is missing or does not fit together
     */
    static Projection of(Map<String, ? extends Tensor> tensors, Map<String, String> metadata) {
        return new StoredProjection(tensors, metadata).projection();
    }
}
