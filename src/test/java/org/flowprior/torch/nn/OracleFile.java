package org.flowprior.torch.nn;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.Tensor;

/** Reads what the scripts of tools/oracle wrote. */
public final class OracleFile {

    private OracleFile() {}

    /** The JSON resource beside the class. */
    public static JsonObject read(Class<?> beside, String name) {
        try (var reader = new InputStreamReader(beside.getResourceAsStream(name), StandardCharsets.UTF_8)) {
            return JsonParser.parseReader(reader).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The numbers of an array. */
    public static double[] numbers(JsonElement array) {
        return array.getAsJsonArray().asList().stream().mapToDouble(JsonElement::getAsDouble).toArray();
    }

    /** The numbers of an array, in float32. */
    public static float[] floats(JsonElement array) {
        double[] numbers = numbers(array);
        float[] floats = new float[numbers.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers[i];
        }
        return floats;
    }

    static Tensor tensor(JsonElement packed) {
        JsonObject o = packed.getAsJsonObject();
        long[] shape = o.getAsJsonArray("shape").asList().stream().mapToLong(JsonElement::getAsLong).toArray();
        if (o.has("int64")) {
            long[] data = o.getAsJsonArray("int64").asList().stream().mapToLong(JsonElement::getAsLong).toArray();
            return Tensor.of(data).reshape(shape);
        }
        return Tensor.of(floats(o.get("data"))).reshape(shape);
    }

    static Map<String, Tensor> tensors(JsonElement named) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        named.getAsJsonObject().asMap().forEach((name, packed) -> tensors.put(name, tensor(packed)));
        return tensors;
    }

    /** The largest difference relative to the largest expected number. */
    public static double relativeError(float[] actual, double[] expected) {
        if (actual.length != expected.length) {
            return Double.POSITIVE_INFINITY;
        }
        double difference = 0;
        double size = 1e-30;
        for (int i = 0; i < actual.length; i++) {
            // A NaN anywhere makes the result NaN, which no bound accepts.
            double d = Math.abs(actual[i] - expected[i]);
            difference = d > difference || Double.isNaN(d) ? d : difference;
            size = Math.max(size, Math.abs(expected[i]));
        }
        return difference / size;
    }
}
