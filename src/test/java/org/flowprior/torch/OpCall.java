package org.flowprior.torch;

import com.google.gson.JsonElement;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** One call of a generated method with the arguments of an oracle's case. */
@SuppressWarnings("try")
final class OpCall {

    private static final List<MemoryFormat> FORMATS = List.of(MemoryFormat.values());
    private static final List<String> FORMAT_NAMES =
            List.of("contiguous_format", "preserve_format", "channels_last", "channels_last_3d");

    private final OpOracle oracle;
    private final OpIndex.Op op;
    private final OpOracle.Case call;
    /** Tensors among all arguments: as stored, and as passed. */
    private final List<Integer> numbers = new ArrayList<>();
    private final List<Tensor> leaves = new ArrayList<>();
    private final List<Tensor> passed = new ArrayList<>();
    private final List<Object> results = new ArrayList<>();

    OpCall(OpOracle oracle, OpIndex.Op op, OpOracle.Case call) {
        this.oracle = oracle;
        this.op = op;
        this.call = call;
    }

    /** Returns how the form's results differ from the oracle's, or null. */
    String differenceOfResults(List<String> form) {
        try (Scope scope = Scope.open()) {
            invoke(form, Set.of());
            for (int i = 0; i < results.size(); i++) {
                JsonElement expected = call.results().get(i);
                String difference = results.get(i) instanceof Boolean flag
                        ? flag == expected.getAsBoolean() ? null : "is " + flag
                        : oracle.difference((Tensor) results.get(i), integer(expected), true);
                if (difference != null) {
                    return "result " + i + ": " + difference;
                }
            }
            for (int i = 0; i < passed.size(); i++) {
                boolean changes = call.after().containsKey(i);
                String difference =
                        oracle.difference(passed.get(i), changes ? call.after().get(i) : numbers.get(i), true);
                if (difference != null) {
                    return "tensor " + i + " among the arguments, " + (changes ? "written" : "only read") + ": "
                            + difference;
                }
            }
            return null;
        }
    }

    /** Returns how the gradients differ from the oracle's, or null. */
    String differenceOfGradients() {
        try (Scope scope = Scope.open()) {
            invoke(op.full(), call.gradients().keySet());
            List<Tensor> outputs = new ArrayList<>();
            results.forEach(r -> outputs.add(r instanceof Tensor t && t.requiresGrad() ? t : null));
            if (call.results() == null) {
                call.after().keySet().forEach(i -> outputs.add(passed.get(i).requiresGrad() ? passed.get(i) : null));
            }
            outputs.removeIf(t -> t == null);
            if (call.of() != null) {
                outputs.retainAll(List.of(outputs.get(call.of())));
            }
            List<Tensor> inputs = call.gradients().keySet().stream().map(leaves::get).toList();
            List<Tensor> gradients = Autograd.grad(outputs, inputs, outputs.stream().map(OpCall::weights).toList(),
                    new Autograd.Options(null, false, true));
            int n = 0;
            for (var expected : call.gradients().entrySet()) {
                String difference = oracle.difference(gradients.get(n++), expected.getValue(), false);
                if (difference != null) {
                    return "gradient of tensor " + expected.getKey() + " among the arguments: " + difference;
                }
            }
            return null;
        }
    }

    /** The weights of {@code tools/oracle/ops_record.py}: (37 i + 11) mod 17, brought to -1 ... 1. */
    private static Tensor weights(Tensor output) {
        double[] numbers = new double[(int) output.numel()];
        Arrays.setAll(numbers, i -> ((37L * i + 11) % 17 - 8) / 8.0);
        return Tensor.of(numbers, output.shape()).to(output.dtype());
    }

    private void invoke(List<String> form, Set<Integer> differentiated) {
        List<Object> arguments = new ArrayList<>();
        List<String> types = new ArrayList<>(op.isMethod() ? List.of("Tensor") : List.of());
        types.addAll(form);
        for (int i = 0; i < types.size(); i++) {
            arguments.add(convert(call.arguments().get(i), types.get(i), differentiated));
        }
        Method method = op.find(form);
        Libtorch.manualSeed(oracle.seed());
        Object result;
        try {
            result = op.isMethod() ? method.invoke(arguments.get(0), arguments.subList(1, types.size()).toArray())
                    : method.invoke(null, arguments.toArray());
        } catch (InvocationTargetException e) {
            throw new AssertionError(e.getCause().toString(), e.getCause());
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        } finally {
            arguments.forEach(a -> {
                if (a instanceof Generator generator) {
                    generator.close();
                }
            });
        }
        keep(result, method.getReturnType());
    }

    private void keep(Object result, Class<?> type) {
        if (call.results() == null) {
            if (type != void.class && result != passed.get(0)) {
                throw new AssertionError("the result is not the wrapper of self");
            }
            return;
        }
        switch (result) {
            case List<?> list -> results.addAll(list);
            case Record several -> {
                for (RecordComponent component : several.getClass().getRecordComponents()) {
                    try {
                        results.add(component.getAccessor().invoke(several));
                    } catch (ReflectiveOperationException e) {
                        throw new AssertionError(e);
                    }
                }
            }
            default -> results.add(result);
        }
        if (results.size() != call.results().size()) {
            throw new AssertionError(results.size() + " results instead of " + call.results().size());
        }
    }

    private Object convert(JsonElement value, String type, Set<Integer> differentiated) {
        if (value.isJsonNull()) {
            return null;
        }
        return switch (type) {
            case "Tensor" -> tensor(value, differentiated);
            case "List<Tensor>" -> {
                List<Tensor> list = new ArrayList<>();
                value.getAsJsonArray().forEach(v -> list.add(v.isJsonNull() ? null : tensor(v, differentiated)));
                yield list;
            }
            case "Number" -> number(value);
            case "List<? extends Number>" -> value.getAsJsonArray().asList().stream().map(OpCall::number).toList();
            case "long" -> value.isJsonArray() ? value.getAsJsonArray().get(0).getAsLong() : value.getAsLong();
            case "Long" -> value.getAsLong();
            case "long[]" -> OpOracle.longs(value);
            case "double", "Double" -> Double.valueOf(text(value));
            case "double[]" -> value.getAsJsonArray().asList().stream().mapToDouble(JsonElement::getAsDouble).toArray();
            case "boolean", "Boolean" -> value.getAsBoolean();
            case "String" -> value.getAsString();
            case "DType" -> OpOracle.dtype(value.getAsString());
            case "Device" -> Device.of(value.getAsString());
            case "MemoryFormat" -> FORMATS.get(FORMAT_NAMES.indexOf(value.getAsString()));
            case "Reduction" -> Reduction.values()[value.getAsInt()];
            case "Generator" -> Generator.seeded(value.getAsLong());
            default -> throw new AssertionError("no conversion to " + type);
        };
    }

    private Tensor tensor(JsonElement number, Set<Integer> differentiated) {
        int place = numbers.size();
        boolean records = differentiated.contains(place);
        Tensor leaf = oracle.tensor(number.getAsInt()).requiresGrad_(records);
        // A leaf cannot be changed in place.
        Tensor given = records && call.after().containsKey(place) ? leaf.clone(MemoryFormat.PRESERVE) : leaf;
        numbers.add(number.getAsInt());
        leaves.add(leaf);
        passed.add(given);
        return given;
    }

    private static Integer integer(JsonElement value) {
        return value.isJsonNull() ? null : value.getAsInt();
    }

    private static Number number(JsonElement value) {
        String text = text(value);
        return text.matches("-?\\d+") ? (Number) Long.valueOf(text) : (Number) Double.valueOf(text);
    }

    /** Converts Python's spelling of numbers that JSON lacks to Java's. */
    private static String text(JsonElement value) {
        return value.getAsString().replace("inf", "Infinity").replace("nan", "NaN");
    }
}
