package org.flowprior.torch.data;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.flowprior.torch.Tensor;

/** Walks objects that hold tensors: lists and other collections, values of maps, arrays, and components of records. */
final class TensorTree {

    private TensorTree() {}

    /** Passes all tensors of an object to the sink. */
    static void forEach(Object object, Consumer<Tensor> sink) {
        switch (object) {
            case Tensor tensor -> sink.accept(tensor);
            case Collection<?> all -> all.forEach(one -> forEach(one, sink));
            case Map<?, ?> all -> all.values().forEach(one -> forEach(one, sink));
            case Object[] all -> Arrays.asList(all).forEach(one -> forEach(one, sink));
            case Record all -> Arrays.asList(components(all)).forEach(one -> forEach(one, sink));
            case null, default -> {
                // holds no tensors
            }
        }
    }

    /** Returns a copy with other tensors; the object itself if it holds none. */
    @SuppressWarnings("unchecked")
    static <T> T map(T object, UnaryOperator<Tensor> change) {
        List<Tensor> found = new ArrayList<>();
        forEach(object, found::add);
        return found.isEmpty() ? object : (T) changed(object, change);
    }

    private static Object changed(Object object, UnaryOperator<Tensor> change) {
        return switch (object) {
            case Tensor tensor -> change.apply(tensor);
            case Map<?, ?> all -> {
                Map<Object, Object> copy = new LinkedHashMap<>();
                all.forEach((key, value) -> copy.put(key, map(value, change)));
                yield Collections.unmodifiableMap(copy);
            }
            case Collection<?> all -> all.stream().map(one -> map(one, change)).toList();
            case Object[] all -> {
                Object copy = Array.newInstance(all.getClass().getComponentType(), all.length);
                for (int i = 0; i < all.length; i++) {
                    Array.set(copy, i, map(all[i], change));
                }
                yield copy;
            }
            case Record all -> record(all.getClass(), Arrays.stream(components(all)).map(one -> map(one, change))
                    .toArray());
            default -> object;
        };
    }

    /** Returns the values of a record's components. */
    static Object[] components(Record record) {
        return Arrays.stream(record.getClass().getRecordComponents()).map(component -> {
            try {
                component.getAccessor().trySetAccessible();
                return component.getAccessor().invoke(record);
            } catch (ReflectiveOperationException e) {
                throw new IllegalArgumentException("a record in a batch cannot be read: " + record.getClass(), e);
            }
        }).toArray();
    }

    /**
     * Makes a record.
     *
     * @throws IllegalArgumentException if the values do not fit its components, or its constructor refuses them
     */
    static <T> T record(Class<T> type, Object... values) {
        RecordComponent[] components = type.getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            if (values[i] != null && !components[i].getType().isInstance(values[i])) {
                throw new IllegalArgumentException("component " + components[i].getName() + " of the record "
                        + type.getSimpleName() + " cannot hold " + values[i].getClass().getSimpleName()
                        + "; Collate.into names another record for batches");
            }
        }
        try {
            var constructor = type.getDeclaredConstructor(Arrays.stream(components).map(RecordComponent::getType)
                    .toArray(Class<?>[]::new));
            constructor.trySetAccessible();
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("a record of " + type + " cannot be made: "
                    + (e.getCause() == null ? e : e.getCause()), e);
        }
    }
}
