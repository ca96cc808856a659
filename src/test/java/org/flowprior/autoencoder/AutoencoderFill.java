package org.flowprior.autoencoder;

import java.util.Map;
import org.flowprior.torch.Tensor;

/** {@link AdversaryFill} with the rules of what autoencoders have beside what discriminators have. */
final class AutoencoderFill {

    private AutoencoderFill() {}

    /** scale · u with u in [-1, 1), float32. */
    static Tensor of(String key, double scale, long... shape) {
        return AdversaryFill.of(key, scale, 0, shape);
    }

    /** Weights by their keys and shapes. */
    static Map<String, Tensor> state(Map<String, Tensor> targets) {
        Map<String, Tensor> state = AdversaryFill.state("", targets);
        targets.forEach((key, target) -> {
            if (key.endsWith("gamma")) {
                state.put(key, AdversaryFill.of(key, 0.05, 0.1, target.shape()));
            } else if (key.endsWith("tokens")) {
                state.put(key, of(key, 0.5, target.shape()));
            }
        });
        return state;
    }
}
