package org.flowprior.mar;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.flowprior.fixtures.TinyMar;
import org.flowprior.torch.Tensor;

/** The inputs of the golden values (spec J.2): orders and noise of sampling, and those of the forward modules. */
public final class SamplingInputs {

    private static final long[] ORDERS = {4, 0, 5, 2, 1, 3, 1, 3, 0, 5, 4, 2};
    private static final int TOKENS = 6;
    private static final int CHANNELS = 4;

    private SamplingInputs() {}

    /** The generator's inputs under the names of {@code forward mar}, with times and noise. */
    public static Map<String, Tensor> generator() {
        return new HashMap<>(Map.of("latents", TinyMar.tokens(), "labels", TinyMar.labels(), "mask", TinyMar.mask(),
                "times", TinyMar.times(), "noise", TinyMar.noise()));
    }

    /** Orders that begin with the four tokens that the mask masks, [2, 6]. */
    public static Tensor maskedFirst() {
        return TinyMar.orders();
    }

    /** [2, 6]. */
    public static Tensor orders() {
        return Tensor.of(ORDERS, 2, TOKENS);
    }

    /** The noise of a request, [rows, 4]. */
    public static Tensor noise(int request, long rows) {
        return TinyMar.cosine(0.8, 0.1 + 0.5 * request, rows, CHANNELS);
    }

    /** The same noise by token, [2, 6, 4], where the requests are those of so many iterations. */
    public static Tensor noiseOfTokens(int iterations) {
        float[] values = new float[2 * TOKENS * CHANNELS];
        int masked = TOKENS;
        int[] predicted = new MaskSchedule(TOKENS, iterations).predicted();
        for (int request = 0; request < iterations; request++) {
            int count = predicted[request];
            masked -= count;
            float[] drawn = noise(request, 2L * count).toFloatArray();
            for (int image = 0; image < 2; image++) {
                int first = image * TOKENS + masked;
                long[] positions = Arrays.stream(ORDERS, first, first + count).sorted().toArray();
                for (int k = 0; k < count; k++) {
                    System.arraycopy(drawn, (image * count + k) * CHANNELS, values,
                            (image * TOKENS + (int) positions[k]) * CHANNELS, CHANNELS);
                }
            }
        }
        return Tensor.of(values, 2, TOKENS, CHANNELS);
    }
}
