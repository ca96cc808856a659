package org.flowprior.flow;

import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;

/** The golden vectors' weights and inputs, made from a 32-bit hash (spec, Appendix A). */
public final class HashFill {

    static final int X = 1001;
    static final int CONDITION = 1002;
    static final int Y = 2001;
    static final int NOISE = 2002;
    static final int TIMES = 2003;
    static final int START = 3001;

    private HashFill() {}

    static long hash(int i, int j) {
        int h = i + 1 + j * 0x9E3779B9;
        h ^= h >>> 16;
        h *= 0x85EBCA6B;
        h ^= h >>> 13;
        h *= 0xC2B2AE35;
        h ^= h >>> 16;
        return Integer.toUnsignedLong(h);
    }

    /** In [-1/2, 1/2). */
    static double u(int i, int j) {
        return hash(i, j) / 0x1p32 - 0.5;
    }

    /** Four times u, rounded to float32, [n, d]. */
    static Tensor input(int id, int n, int d, DType dtype) {
        return values(id, n * d, 4, 0).view(n, d).to(dtype);
    }

    /** u + 1/2, rounded to float32, [n]. */
    static Tensor times(int n, DType dtype) {
        return values(TIMES, n, 1, 0.5).to(dtype);
    }

    /** Of the shapes and keys of the network, in the order of its state dict; float32. */
    static Map<String, Tensor> weights(VelocityNetwork network) {
        Map<String, Tensor> filled = new LinkedHashMap<>();
        network.stateDict().forEach((key, tensor) -> {
            int j = filled.size();
            long[] shape = tensor.shape();
            int count = (int) tensor.numel();
            Tensor values = shape.length == 2 ? values(j, count, 2 * Math.sqrt(3.0 / shape[1]), 0)
                    : key.endsWith("in_ln.weight") ? values(j, count, 0.2, 1)
                    : values(j, count, 0.2, 0);
            filled.put(key, values.view(shape));
        });
        return filled;
    }

    /** A filled network of that dtype. */
    static VelocityNetwork network(VelocityNetwork.Config config, DType dtype) {
        VelocityNetwork network = new VelocityNetwork(config);
        network.loadStateDict(weights(network));
        network.to(dtype);
        return network;
    }

    /** The tiny network of the spec: two channels, two blocks of 16. */
    public static VelocityNetwork tiny(DType dtype) {
        return network(new VelocityNetwork.Config(2, 0, 2, 16), dtype);
    }

    private static Tensor values(int j, int count, double factor, double offset) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (offset + factor * u(i, j));
        }
        return Tensor.of(values);
    }
}
