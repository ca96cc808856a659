package org.flowprior.autoencoder;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** The golden values' weights and inputs, made from a 32-bit hash of the key and the position. */
final class AdversaryFill {

    private AdversaryFill() {}

    /** shift + scale · u with u in [-1, 1), float32. */
    static Tensor of(String key, double scale, double shift, long... shape) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        long hash = 0;
        for (int j = 0; j < bytes.length; j++) {
            hash += (j + 1L) * (bytes[j] & 0xFF);
        }
        int offset = (int) (hash % 100003) * (int) 2246822519L + 374761393;
        float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
        for (int i = 0; i < values.length; i++) {
            int r = i * (int) 2654435761L + offset;
            r ^= r >>> 15;
            r *= (int) 2246822519L;
            r ^= r >>> 13;
            r *= (int) 3266489917L;
            r ^= r >>> 16;
            values[i] = (float) (shift + scale * (2 * Integer.toUnsignedLong(r) / 0x1p32 - 1));
        }
        return Tensor.of(values, shape);
    }

    private static Tensor weight(String key, long... shape) {
        if (key.endsWith("num_batches_tracked")) {
            return Torch.zeros(new long[0], DType.INT64);
        }
        if (key.endsWith("weight_u") || key.endsWith("weight_v")) {
            Tensor values = of(key, 1, 0, shape);
            return values.div(values.norm());
        }
        if (key.endsWith("running_mean")) {
            return of(key, 0.05, 0, shape);
        }
        if (key.endsWith("running_var")) {
            return of(key, 0.2, 1, shape);
        }
        if (key.endsWith("bias")) {
            return of(key, 0.02, 0, shape);
        }
        if (key.endsWith("token") || key.endsWith("pos_embed")) {
            return of(key, 0.5, 0, shape);
        }
        return shape.length == 1 ? of(key, 0.1, 1, shape) : of(key, Math.sqrt(3.0 / fanIn(shape)), 0, shape);
    }

    static long fanIn(long... shape) {
        return Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b);
    }

    /** Weights for each of the targets, hashed with the prefix in front of their keys. */
    static Map<String, Tensor> state(String prefix, Map<String, Tensor> targets) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        targets.forEach((key, target) -> state.put(key, weight(prefix + key, target.shape())));
        return state;
    }
}
