package org.flowprior.train.flow;

import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.eval.NearestNeighbours;
import org.flowprior.eval.SlicedWasserstein;
import org.flowprior.flow.EulerSampler;
import org.flowprior.flow.FlowMatchingLoss;
import org.flowprior.flow.FlowModel;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Evaluates a flow: its loss on features that it was not trained on, and distances of its samples to those and to the
 * training features. The draws come from the run's seed and are the same every time, so evaluations differ only because
 * of the weights.
 */
final class FlowEvaluation implements AutoCloseable {

    private final FlowTrainingConfig config;
    private final Device device;
    /** Held-out features, [V, D]. */
    private final Tensor heldOut;
    /** Training features, [R, D]. */
    private final Tensor references;
    /** The measurements of real features, held-out or training features, in place of samples. */
    private final Map<String, Double> ofData = new LinkedHashMap<>();

    FlowEvaluation(FlowTrainingConfig config, FlowData data) {
        this.config = config;
        this.device = Device.of(config.device());
        this.heldOut = data.heldOut().keep();
        this.references = data.training(config.evaluation().references(), "references").keep();
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            ofData.put("dataSlicedWasserstein", slicedWasserstein(data.training(heldOut.size(0), "compared")));
            ofData.put("dataLogRadius", logRadius(heldOut));
        }
    }

    /**
     * Measures a model: loss on the held-out features (mean over channels), sliced Wasserstein distance of samples to
     * them, mean log distance of samples to their k-th neighbour among training features (Sec. 5.2), and the last two
     * for real features in place of samples. The distances are NaN if samples are not finite.
     */
    Map<String, Double> of(FlowModel model) {
        Map<String, Double> measured = new LinkedHashMap<>();
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            measured.put("heldOutLoss", loss(model));
            Tensor samples = samples(model);
            boolean finite = samples.isfinite().all().item() != 0;
            measured.put("slicedWasserstein", finite ? slicedWasserstein(samples) : Double.NaN);
            measured.put("logRadius", finite ? logRadius(samples) : Double.NaN);
        }
        measured.putAll(ofData);
        return measured;
    }

    private double loss(FlowModel model) {
        try (Generator generator = generator(device, "path")) {
            Tensor rows = heldOut.repeat(config.training().flowMul(), 1);
            return config.precision().compute(device, () -> FlowMatchingLoss.of(model).loss(rows, generator)).item();
        }
    }

    private Tensor samples(FlowModel model) {
        try (Generator generator = generator(device, "noise")) {
            Tensor noise = Torch.randn(heldOut.shape(), generator, DType.FLOAT32, device);
            EulerSampler sampler = new EulerSampler(config.evaluation().sampleSteps());
            return config.precision().compute(device, () -> sampler.sample(model, noise));
        }
    }

    private double slicedWasserstein(Tensor points) {
        try (Generator generator = generator(Device.CPU, "directions")) {
            return SlicedWasserstein.distance(points, heldOut, config.evaluation().projections(), generator);
        }
    }

    private double logRadius(Tensor points) {
        return NearestNeighbours.of(points, references, config.evaluation().neighbour()).meanLogRadius();
    }

    private Generator generator(Device on, String purpose) {
        return Generator.on(on).manualSeed(Seeds.derive(config.seed(), "evaluation." + purpose));
    }

    @Override
    public void close() {
        heldOut.close();
        references.close();
    }
}
