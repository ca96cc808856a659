package org.flowprior.torch.io;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.flowprior.torch.DType;

/** Runs the functions by which pickles rebuild tensors, and finds the storages that they refer to. */
final class PickleTensors {

    /** The pickle of a tensor is never shorter. */
    private static final int LEAST_BYTES = 24;

    private final PickleInput input;
    private final TensorMaker maker;
    private final LongConsumer spend;

    PickleTensors(PickleInput input, TensorMaker maker, LongConsumer spend) {
        this.input = input;
        this.maker = maker;
        this.spend = spend;
    }

    /** {@code _rebuild_parameter(tensor, requires_grad, hooks[, state])}. */
    Object parameter(PickleGlobal function, PickleObjects.Tuple arguments) {
        if (arguments.size() < 3 || !maker.isMade(arguments.get(0))
                || !(arguments.get(1) instanceof Boolean gradient)) {
            throw input.wrongArguments(function);
        }
        return maker.withGradient(arguments.get(0), gradient);
    }

    /** The state of a parameter before PyTorch 0.4: data, gradient, hooks, requires_grad, volatile. */
    Object oldParameter(Object state) {
        if (!(state instanceof PickleObjects.Tuple parts) || parts.size() != 5 || !maker.isMade(parts.get(0))
                || !(parts.get(3) instanceof Boolean gradient)) {
            throw input.wrongArguments(PickleGlobal.PARAMETER);
        }
        return maker.withGradient(parts.get(0), gradient);
    }

    /** {@code _rebuild_tensor(storage, offset, size, stride[, requires_grad, hooks[, dtype][, metadata]])}. */
    Object tensor(PickleGlobal function, PickleObjects.Tuple arguments) {
        spend.accept(LEAST_BYTES);
        int least = switch (function) {
            case REBUILD_TENSOR -> 4;
            case REBUILD_TENSOR_V2 -> 6;
            default -> 7;
        };
        if (arguments.size() < least || arguments.size() > least + 1
                || !(arguments.get(0) instanceof PickleStorage storage) || !(arguments.get(1) instanceof Long offset)) {
            throw input.wrongArguments(function);
        }
        DType dtype = storage.dtype();
        if (function == PickleGlobal.REBUILD_TENSOR_V3 && arguments.get(6) instanceof DType given) {
            dtype = given;
        }
        if (dtype == null || storage.dtype() != null && storage.dtype() != dtype) {
            throw input.wrongArguments(function);
        }
        long[] shape = longs(function, arguments.get(2));
        long[] strides = longs(function, arguments.get(3));
        check(storage, dtype, offset, shape, strides);
        Map<?, ?> metadata = arguments.size() > least && arguments.get(least) instanceof Map<?, ?> m ? m : Map.of();
        // The pickle counts offsets from the part of the storage that is meant.
        return maker.make(new TensorMaker.Layout(storage, dtype, Math.addExact(offset, storage.start()), shape, strides,
                least > 4 && Boolean.TRUE.equals(arguments.get(4)), Boolean.TRUE.equals(metadata.get("conj")),
                Boolean.TRUE.equals(metadata.get("neg"))));
    }

    private long[] longs(PickleGlobal function, Object tuple) {
        if (!(tuple instanceof List<?> list) || list.size() > Shapes.MAX_DIMENSIONS) {
            throw input.wrongArguments(function);
        }
        long[] values = new long[list.size()];
        for (int i = 0; i < values.length; i++) {
            if (!(list.get(i) instanceof Long value) || value < 0) {
                throw input.wrongArguments(function);
            }
            values[i] = value;
        }
        return values;
    }

    /** Every element must lie inside the storage. */
    private void check(PickleStorage storage, DType dtype, long offset, long[] shape, long... strides) {
        if (shape.length != strides.length || offset < 0) {
            throw input.refuse("a tensor of the pickle has " + shape.length + " sizes, " + strides.length
                    + " strides, and begins at element " + offset);
        }
        try {
            if (Shapes.bytes(dtype, shape) == 0) {
                return;
            }
            long last = offset;
            for (int d = 0; d < shape.length; d++) {
                last = Math.addExact(last, Math.multiplyExact(shape[d] - 1, strides[d]));
            }
            long bytes = Math.multiplyExact(Math.addExact(last, 1), (long) dtype.bytes());
            if (bytes <= Math.multiplyExact(storage.length(), (long) storage.elementBytes())) {
                return;
            }
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw input.refuse("a tensor of the pickle has an impossible shape, " + Arrays.toString(shape));
        }
        throw input.refuse("a tensor of the pickle reaches past the end of its storage '" + storage.key() + "'");
    }

    /** Finds the storage that a persistent id means. */
    PickleStorage storage(Object id) {
        if (!(id instanceof PickleObjects.Tuple parts) || parts.size() < 5 || parts.size() > 6
                || !"storage".equals(parts.get(0))
                || !(parts.get(1) instanceof PickleStorage.Type type) || !(parts.get(2) instanceof String key)
                || !(parts.get(4) instanceof Long size)) {
            throw input.refuse("refused: the pickle refers to something outside it that is not a storage");
        }
        if (size < 0 || size > Long.MAX_VALUE / 16) {
            throw input.refuse("storage '" + key + "' has an impossible size of " + size);
        }
        if (parts.size() == 5 || parts.get(5) == null) {
            return referred(new PickleStorage(key, type.dtype(), size, 0, size));
        }
        if (!(parts.get(5) instanceof List<?> view) || view.size() != 3 || !(view.get(1) instanceof Long start)
                || !(view.get(2) instanceof Long length) || start < 0 || length < 0 || start > size
                || length > size - start) {
            throw input.refuse("a part of storage '" + key + "' does not lie in it");
        }
        return referred(new PickleStorage(key, type.dtype(), size, start, length));
    }

    private PickleStorage referred(PickleStorage storage) {
        maker.refer(storage);
        return storage;
    }
}
