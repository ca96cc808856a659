package org.flowprior.torch.io;

import java.util.function.Consumer;
import org.flowprior.torch.DType;

/** A pickled tensor without its data. */
record TensorDescription(DType dtype, long[] shape, String note) {

    /** Describes tensors, and tells the consumer which storages they lie in. */
    record Maker(Consumer<PickleStorage> storages) implements TensorMaker {

        @Override
        public Object make(Layout layout) {
            storages.accept(layout.storage());
            long needed = Shapes.elements(layout.shape()) * layout.dtype().bytes();
            long storage = layout.storage().bytes();
            return new TensorDescription(layout.dtype(), layout.shape(),
                    needed < storage ? "part of a storage of " + storage + " bytes" : "");
        }

        @Override
        public Object withGradient(Object made, boolean requiresGrad) {
            return made;
        }

        @Override
        public boolean isMade(Object object) {
            return object instanceof TensorDescription;
        }
    }
}
