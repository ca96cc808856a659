package org.flowprior.train.mar;

import java.util.Map;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarNoise;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;

/**
 * Evaluates a generator: its loss on latents that it was not trained on, without dropout and dropped labels. The draws
 * come from the run's seed and are the same every time, so that evaluations differ only by the weights.
 */
final class MarEvaluation {

    private final MarTrainingConfig config;
    private final Device device;
    private final MarData data;
    private final Mar mar;

    MarEvaluation(MarTrainingConfig config, MarData data, Mar mar) {
        this.config = config;
        this.device = Device.of(config.device());
        this.data = data;
        this.mar = mar;
    }

    /** {@code heldOutLoss} of the current weights; empty if no images are held out. */
    Map<String, Double> measure() {
        if (data.heldOutImages() == 0) {
            return Map.of();
        }
        double[] sum = {0};
        mar.eval();
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad();
                MarDraws draws = new MarDraws(config, mar, "evaluation")) {
            data.validate(batch -> {
                MarNoise noise = draws.next(batch.tokens().size(0)).withAllLabels();
                double loss = config.precision().compute(device, () -> mar.loss(batch.tokens(), batch.labels(), noise))
                        .item();
                sum[0] += loss * batch.tokens().size(0);
            });
        } finally {
            mar.train();
        }
        return Map.of("heldOutLoss", sum[0] / data.heldOutImages());
    }
}
