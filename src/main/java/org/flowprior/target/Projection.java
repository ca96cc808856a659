package org.flowprior.target;

import java.util.Map;
import org.flowprior.torch.Tensor;

/**
 * A fixed linear map from features to the dimension of the latents (Sec. 4.1, 5.3). It has no parameters that train.
 * What it owns is outside every scope, and is freed by {@link #close}.
 */
public sealed interface Projection extends AutoCloseable
        permits IdentityProjection, RandomProjection, AveragePooling, PrincipalComponents {

    /** d2, numbers in a row that comes in. */
    int inputs();

    /** d1, numbers in a row that goes out. */
    int outputs();

    /** What the output is multiplied with, 1 in the paper: 1 over its deviation brings it back to unit deviation. */
    double scale();

    /**
     * Maps rows, in float32 whatever autocast says, on the device on which they are. Autograd follows {@code x} alone.
     *
     * @param x floating point, [N, d2]
     * @return float32, [N, d1]; it may share the memory of {@code x} where nothing is to be done
     * @throws IllegalArgumentException for rows of another width
     */
    Tensor apply(Tensor x);

    /** The same map with that scale in the place of its own; it is closed apart from this one. */
    Projection withScale(double scale);

    /** What a file holds besides {@link #metadata}: this projection's own tensors, under keys {@code projection.*}. */
    Map<String, Tensor> tensors();

    /** Kind, sizes, scale, and what is particular to the kind, under keys {@code projection.*}. */
    Map<String, String> metadata();

    @Override
    void close();

    /**
     * The projection that {@link #tensors} and {@link #metadata} describe, with copies of the tensors. Other keys are
     * left alone.
     *
     * @throws IllegalArgumentException when something is missing or does not fit together
     */
    static Projection of(Map<String, ? extends Tensor> tensors, Map<String, String> metadata) {
        return new StoredProjection(tensors, metadata).projection();
    }
}
