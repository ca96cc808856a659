package org.flowprior.torch;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.flowprior.fixtures.Resources;

/** The calls of each schema entry and PyTorch's results, from {@code tools/oracle/ops.py}. */
final class OpOracle {

    /**
     * One call.
     *
     * @param arguments in schema order
     * @param kept      how many arguments at the end have the schema's defaults
     * @param single    places of the lists that one int would stand for
     * @param results   or null where the entry returns nothing, or self
     * @param after     tensors that the call changes, by their place among the tensors of all arguments
     * @param gradients of the tensors at these places, null if there is none
     * @param of        the differentiable result that the gradients are of, or null for all together
     */
    record Case(List<JsonElement> arguments, int kept, Set<Integer> single, List<JsonElement> results,
            Map<Integer, Integer> after, Map<Integer, Integer> gradients, Integer of) {}

    private record Stored(DType dtype, long[] shape, long offset, long[] strides) {}

    private final List<Stored> tensors = new ArrayList<>();
    private final Map<String, List<Case>> cases = new TreeMap<>();
    private final MemorySegment data = MemorySegment.ofArray(Resources.bytes("torch/op-oracle.bin"));
    private final long seed;

    private OpOracle(JsonObject root) {
        seed = root.get("seed").getAsLong();
        for (JsonElement element : root.getAsJsonArray("tensors")) {
            JsonArray t = element.getAsJsonArray();
            long[] shape = longs(t.get(1));
            tensors.add(new Stored(dtype(t.get(0).getAsString()), shape, t.get(2).getAsLong(),
                    t.size() > 3 ? longs(t.get(3)) : rowMajor(shape)));
        }
        root.getAsJsonObject("entries").entrySet().forEach(e -> cases.put(e.getKey(),
                e.getValue().getAsJsonArray().asList().stream().map(c -> read(c.getAsJsonObject())).toList()));
    }

    static OpOracle read() {
        String text = Resources.text("torch/op-oracle.json");
        return new OpOracle(JsonParser.parseString(text).getAsJsonObject());
    }

    private static Case read(JsonObject c) {
        Set<Integer> single = new TreeSet<>();
        if (c.has("single")) {
            c.getAsJsonArray("single").forEach(place -> single.add(place.getAsInt()));
        }
        return new Case(c.getAsJsonArray("args").asList(), c.has("kept") ? c.get("kept").getAsInt() : 0, single,
                c.has("out") ? c.getAsJsonArray("out").asList() : null, places(c.getAsJsonObject("after")),
                places(c.getAsJsonObject("grad")), c.has("of") ? c.get("of").getAsInt() : null);
    }

    private static Map<Integer, Integer> places(JsonObject object) {
        Map<Integer, Integer> places = new TreeMap<>();
        if (object != null) {
            object.entrySet().forEach(e -> places.put(Integer.valueOf(e.getKey()),
                    e.getValue().isJsonNull() ? null : e.getValue().getAsInt()));
        }
        return places;
    }

    /** Cases by schema entry. */
    Map<String, List<Case>> cases() {
        return cases;
    }

    /** The seed of the default generator before each call. */
    long seed() {
        return seed;
    }

    /** A new tensor with the stored elements in the stored order. */
    Tensor tensor(int number) {
        Stored t = tensors.get(number);
        long count = Arrays.stream(t.shape).reduce(1, (a, b) -> a * b);
        Tensor plain = Tensor.of(data.asSlice(t.offset, count * t.dtype.bytes()), t.dtype, t.shape);
        return Arrays.equals(t.strides, rowMajor(t.shape)) ? plain
                : Torch.emptyStrided(t.shape, t.strides, t.dtype).copy_(plain);
    }

    /** Returns how the tensor differs from the stored one, or null if it does not. */
    String difference(Tensor actual, Integer number, boolean compareStrides) {
        if (actual == null || number == null) {
            return actual == null && number == null ? null : "is " + (actual == null ? "undefined" : "defined");
        }
        Stored t = tensors.get(number);
        if (actual.dtype() != t.dtype || !Arrays.equals(actual.shape(), t.shape)) {
            return actual.signature() + " instead of " + t.dtype + Arrays.toString(t.shape);
        }
        if (compareStrides && !sameOrder(actual.strides(), t)) {
            return "strides " + Arrays.toString(actual.strides()) + " instead of " + Arrays.toString(t.strides);
        }
        return t.offset < 0 ? null : difference(actual, t);
    }

    private String difference(Tensor actual, Stored t) {
        // A clone, because a conjugated view and the zeros that autograd makes have no elements of their own.
        Tensor plain = actual.detach().clone(MemoryFormat.CONTIGUOUS);
        boolean complex = t.dtype.isComplex();
        if (!complex && !t.dtype.isFloatingPoint()) {
            MemorySegment expected = data.asSlice(t.offset, plain.numel() * t.dtype.bytes());
            return plain.segment().mismatch(expected) < 0 ? null
                    : plain + " instead of " + Tensor.of(expected, t.dtype, t.shape);
        }
        double[] got = (complex ? Torch.viewAsReal(plain) : plain).toDoubleArray();
        double[] expected = doubles(t, got.length);
        double scale = 1;
        for (double e : expected) {
            scale = Double.isFinite(e) ? Math.max(scale, Math.abs(e)) : scale;
        }
        for (int i = 0; i < got.length; i++) {
            boolean near = Math.abs(got[i] - expected[i]) <= tolerance(t.dtype) * scale;
            if (!near && Double.compare(got[i], expected[i]) != 0) {
                return "element " + i + " is " + got[i] + " instead of " + expected[i];
            }
        }
        return null;
    }

    private double[] doubles(Stored t, int count) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = switch (t.dtype) {
                case FLOAT64, COMPLEX128 -> data.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, t.offset + 8L * i);
                case FLOAT32, COMPLEX64 -> data.get(ValueLayout.JAVA_FLOAT_UNALIGNED, t.offset + 4L * i);
                case FLOAT16 -> Float.float16ToFloat(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, t.offset + 2L * i));
                case BFLOAT16 -> Float.intBitsToFloat(
                        data.get(ValueLayout.JAVA_SHORT_UNALIGNED, t.offset + 2L * i) << 16);
                default -> throw new IllegalStateException("no numbers of " + t.dtype);
            };
        }
        return values;
    }

    /** Relative to the largest element; both sides use the same kernels, so only the processor can differ. */
    private static double tolerance(DType dtype) {
        return switch (dtype) {
            case FLOAT64, COMPLEX128 -> 1e-10;
            case FLOAT32, COMPLEX64 -> 1e-5;
            default -> 1e-2;
        };
    }

    private static boolean sameOrder(long[] strides, Stored t) {
        for (int i = 0; i < strides.length; i++) {
            if (t.shape[i] == 0) {
                return true;
            }
        }
        for (int i = 0; i < strides.length; i++) {
            if (t.shape[i] > 1 && strides[i] != t.strides[i]) {
                return false;
            }
        }
        return true;
    }

    private static long[] rowMajor(long[] shape) {
        long[] strides = new long[shape.length];
        long step = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= Math.max(shape[i], 1);
        }
        return strides;
    }

    static long[] longs(JsonElement list) {
        return list.getAsJsonArray().asList().stream().mapToLong(JsonElement::getAsLong).toArray();
    }

    static DType dtype(String name) {
        return DType.valueOf(name.toUpperCase(Locale.ROOT));
    }
}
