package org.flowprior.torch.io;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Makes tensors over the storages of a file; tensors over one storage share its memory. */
final class MappedTensorMaker implements TensorMaker {

    private final Source source;
    private final Function<String, PickleStorage.Span> storages;
    private final Map<String, Tensor> bases = new HashMap<>();
    private final List<Tensor> made = new ArrayList<>();

    /** Takes the function that finds a storage by its key, or returns null. */
    MappedTensorMaker(Source source, Function<String, PickleStorage.Span> storages) {
        this.source = source;
        this.storages = storages;
    }

    /** Returns all tensors made, each once. */
    List<Tensor> made() {
        return made;
    }

    @Override
    public Object make(Layout layout) {
        Tensor tensor = view(layout);
        tensor = layout.conjugate() ? tensor.conjPhysical() : tensor;
        tensor = layout.negative() ? tensor.neg() : tensor;
        made.add(tensor);
        return withGradient(tensor, layout.requiresGrad());
    }

    private Tensor view(Layout layout) {
        if (Shapes.elements(layout.shape()) == 0) {
            return Torch.empty(layout.shape(), layout.dtype());
        }
        try (Tensor view = base(layout).asStrided(layout.shape(), layout.strides(), layout.offset())) {
            // For autograd, a detached tensor is not a view and may be a leaf of its own.
            return view.detach();
        }
    }

    private Tensor base(Layout layout) {
        PickleStorage storage = layout.storage();
        PickleStorage.Span span = storages.apply(storage.key());
        if (span == null || span.bytes() != storage.bytes()) {
            throw source.refuse("storage '" + storage.key() + "' should have " + storage.bytes() + " bytes, "
                    + (span == null ? "and is missing" : "the file has " + span.bytes()));
        }
        DType dtype = layout.dtype();
        Tensor base = bases.computeIfAbsent(storage.key(),
                key -> source.tensor(span.offset(), dtype, span.bytes() / dtype.bytes()));
        if (base.dtype() != dtype) {
            throw source.refuse("storage '" + storage.key() + "' is used as " + base.dtype() + " and as " + dtype);
        }
        return base;
    }

    @Override
    public Object withGradient(Object tensor, boolean requiresGrad) {
        Tensor t = (Tensor) tensor;
        if (requiresGrad && !t.dtype().isFloatingPoint() && !t.dtype().isComplex()) {
            throw source.refuse("a tensor of " + t.dtype() + " cannot require a gradient");
        }
        return t.requiresGrad_(requiresGrad);
    }

    @Override
    public boolean isMade(Object object) {
        return object instanceof Tensor;
    }
}
