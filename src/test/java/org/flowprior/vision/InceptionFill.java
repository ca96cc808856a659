package org.flowprior.vision;

import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.GoldenFill;
import org.flowprior.torch.Tensor;

/** The weights and images of the golden values: the specification's J.1 and J.3. */
public final class InceptionFill {

    private InceptionFill() {}

    /** A value for each tensor of the network's state. */
    static Map<String, Tensor> weights(Map<String, Tensor> targets) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        targets.forEach((key, target) -> {
            long[] shape = target.shape();
            double shift = key.endsWith("bn.weight") || key.endsWith("running_var") ? 1 : 0;
            double scale = key.endsWith("conv.weight") ? Math.sqrt(6.0 / (shape[1] * shape[2] * shape[3]))
                    : key.endsWith("running_var") ? 0.5 : key.equals("fc.weight") ? 0.05 : 0.1;
            state.put(key, GoldenFill.values(state.size(), scale, shift, shape));
        });
        return state;
    }

    /** A network with these weights. */
    public static Inception network() {
        Inception network = new Inception();
        network.loadStateDict(weights(network.stateDict()));
        return network;
    }

    /** uint8 [2, 3, 48, 64]. */
    public static Tensor images() {
        long[] values = new long[2 * 3 * 48 * 64];
        int i = 0;
        for (int image = 0; image < 2; image++) {
            for (int c = 0; c < 3; c++) {
                for (int y = 0; y < 48; y++) {
                    for (int x = 0; x < 64; x++) {
                        values[i++] = (image == 0 ? 37 * c + 5 * y + 11 * x + x * y % 13
                                : 91 * c + 3 * y + 7 * x + x * y % 17 + 29) % 256;
                    }
                }
            }
        }
        return Tensor.of(values, 2, 3, 48, 64).to(DType.UINT8);
    }
}
