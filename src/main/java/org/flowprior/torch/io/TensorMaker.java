package org.flowprior.torch.io;

import org.flowprior.torch.DType;

/** Makes of a pickled tensor what the reader wants: a tensor, or its description. */
interface TensorMaker {

    /**
     * A tensor over a storage; offset and strides in elements.
     *
     * @param conjugate whether the stored numbers await conjugation
     * @param negative  whether the stored numbers await a change of sign
     */
    record Layout(PickleStorage storage, DType dtype, long offset, long[] shape, long[] strides, boolean requiresGrad,
            boolean conjugate, boolean negative) {}

    Object make(Layout layout);

    /** The made tensor again, with autograd switched on or off. */
    Object withGradient(Object made, boolean requiresGrad);

    /** Whether an object is one of those made. */
    boolean isMade(Object object);
}
