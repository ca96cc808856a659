package org.flowprior.torch.io;

import java.util.function.Consumer;
import org.flowprior.torch.DType;

/** Makes tensors, or descriptions of tensors, from the layouts in a pickle. */
interface TensorMaker {

    /**
     * A tensor over a storage; offset and strides in elements.
     *
     * @param conjugate whether the stored numbers await conjugation
     * @param negative  whether the stored numbers await a change of sign
     */
    record Layout(PickleStorage storage, DType dtype, long offset, long[] shape, long[] strides, boolean requiresGrad,
            boolean conjugate, boolean negative) {}

    /** Takes note of a storage, which may have no tensor that is made. */
    default void refer(PickleStorage storage) {}

    Object make(Layout layout);

    /** Switches autograd on or off for a made tensor, and returns it. */
    Object withGradient(Object made, boolean requiresGrad);

    /** Returns whether this maker made the object. */
    boolean isMade(Object object);

    /** A pickled tensor without its data. */
    record Description(DType dtype, long[] shape, String note) {}

    /** Describes tensors, and tells the consumer all storages that the pickle refers to. */
    record Describer(Consumer<PickleStorage> storages) implements TensorMaker {

        @Override
        public void refer(PickleStorage storage) {
            storages.accept(storage);
        }

        @Override
        public Object make(Layout layout) {
            long needed = Shapes.elements(layout.shape) * layout.dtype.bytes();
            long bytes = layout.storage.bytes();
            return new Description(layout.dtype, layout.shape,
                    needed < bytes ? "part of a storage of " + bytes + " bytes" : "");
        }

        @Override
        public Object withGradient(Object made, boolean requiresGrad) {
            return made;
        }

        @Override
        public boolean isMade(Object object) {
            return object instanceof Description;
        }
    }
}
