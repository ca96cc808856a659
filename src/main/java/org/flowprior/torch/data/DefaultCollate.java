package org.flowprior.torch.data;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** {@code torch.utils.data.default_collate}. */
final class DefaultCollate {

    private DefaultCollate() {}

    static Object batch(List<?> items) {
        return switch (items.getFirst()) {
            case Tensor first -> stack(items, Tensor.class, tensor -> tensor);
            case float[] first -> stack(items, float[].class, Tensor::of);
            case double[] first -> stack(items, double[].class, Tensor::of);
            case long[] first -> stack(items, long[].class, Tensor::of);
            case int[] first -> stack(items, int[].class, Tensor::of);
            case byte[] first -> stack(items, byte[].class, Tensor::of);
            case boolean[] first -> stack(items, boolean[].class, Tensor::of);
            case Float first -> Tensor.of(floats(items));
            case Double first -> Tensor.of(all(items, Number.class).stream().mapToDouble(Number::doubleValue).toArray());
            case Number first -> Tensor.of(all(items, Number.class).stream().mapToLong(Number::longValue).toArray());
            case Boolean first -> Tensor.of(all(items, Boolean.class).stream().mapToInt(b -> b ? 1 : 0).toArray())
                    .into(numbers -> numbers.ne(0));
            case String first -> all(items, String.class);
            case List<?> first -> transposed(all(items, List.class).stream().map(item -> ((List<?>) item).toArray())
                    .toList());
            case Object[] first -> array(all(items, Object[].class));
            case Map<?, ?> first -> map(all(items, Map.class), first.keySet());
            case Record first -> records(all(items, Record.class), first.getClass());
            case null -> throw new IllegalArgumentException("the first item of a batch is null");
            default -> throw new IllegalArgumentException("items of " + items.getFirst().getClass().getName()
                    + " have no batch by default; name a collate function for them");
        };
    }

    static <B> B records(List<? extends Record> items, Class<B> type) {
        List<Object> columns = transposed(items.stream().map(TensorTree::components).toList());
        if (type.getRecordComponents().length != columns.size()) {
            throw new IllegalArgumentException("a batch of " + items.getFirst().getClass().getSimpleName() + " has "
                    + columns.size() + " components, not " + type.getRecordComponents().length + " as "
                    + type.getSimpleName());
        }
        return TensorTree.record(type, columns.toArray());
    }

    /** Returns the items with their type. */
    private static <T> List<T> all(List<?> items, Class<T> type) {
        for (Object item : items) {
            if (!type.isInstance(item)) {
                throw new IllegalArgumentException("the items of a batch differ: the first is of "
                        + items.getFirst().getClass().getSimpleName() + ", another of "
                        + (item == null ? "null" : item.getClass().getSimpleName()));
            }
        }
        return items.stream().map(type::cast).toList();
    }

    private static <T> Tensor stack(List<?> items, Class<T> type, Function<T, Tensor> tensor) {
        return Torch.stack(all(items, type).stream().map(tensor).toList());
    }

    private static float[] floats(List<?> items) {
        float[] values = new float[items.size()];
        List<Number> numbers = all(items, Number.class);
        IntStream.range(0, values.length).forEach(i -> values[i] = numbers.get(i).floatValue());
        return values;
    }

    /** Returns the batch of each place. */
    private static List<Object> transposed(List<Object[]> rows) {
        int width = rows.getFirst().length;
        if (rows.stream().anyMatch(row -> row.length != width)) {
            throw new IllegalArgumentException("the items of a batch are lists of different lengths");
        }
        List<Object> columns = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            int place = i;
            columns.add(batch(Arrays.asList(rows.stream().map(row -> row[place]).toArray())));
        }
        return columns;
    }

    private static Object[] array(List<Object[]> rows) {
        List<Object> columns = transposed(rows);
        Class<?> type = rows.getFirst().getClass().getComponentType();
        return columns.stream().allMatch(type::isInstance)
                ? columns.toArray(n -> (Object[]) Array.newInstance(type, n)) : columns.toArray();
    }

    private static Map<Object, Object> map(List<?> maps, Set<?> keys) {
        Map<Object, Object> batches = new LinkedHashMap<>();
        for (Object key : keys) {
            if (maps.stream().anyMatch(map -> !((Map<?, ?>) map).containsKey(key))) {
                throw new IllegalArgumentException("an item of a batch has no " + key);
            }
            batches.put(key, batch(Arrays.asList(maps.stream().map(map -> ((Map<?, ?>) map).get(key)).toArray())));
        }
        return batches;
    }
}
