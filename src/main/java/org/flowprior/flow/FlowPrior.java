package org.flowprior.flow;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.flowprior.target.Projection;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * A frozen flow prior (Sec. 4): the flow model trained on target features, and how raw features come into its space,
 * which is scaling and then projecting them. Latents are aligned with it through {@link #alignmentLoss}.
 *
 * <p>As a file it is safetensors: the network under the official keys behind {@code net.}, the projection's tensors
 * behind {@code projection.}; the metadata have {@code timeConvention}, {@code scaling}, the projection's own behind
 * {@code projection.} and where it all comes from behind {@code provenance.}.
 *
 * <p>The prior owns its model and its projection.
 */
public final class FlowPrior implements AutoCloseable {

    private final FlowModel model;
    private final Map<String, String> provenance;
    private Projection projection;
    private double scaling;
    private AlignmentLoss.Options options = AlignmentLoss.Options.DEFAULT;
    /** The model with short weights in its linear layers, or null: then the model itself does all work. */
    private FlowModel shortModel;
    private AlignmentLoss loss;

    /**
     * A prior of these parts, with the alignment loss' default options.
     *
     * @param frozen     the flow model, fixed by {@link FlowModel#freeze}, without a condition; the prior takes it over
     * @param projection from scaled features to the model's channels; the prior takes it over
     * @param scaling    what features are multiplied by before; positive
     * @param provenance where the prior comes from: bank, config, steps, averaged or raw weights, in any words
     * @throws IllegalArgumentException when the parts do not fit together; they then stay the caller's
     */
    public FlowPrior(FlowModel frozen, Projection projection, double scaling, Map<String, String> provenance) {
        if (!frozen.isFrozen()) {
            throw new IllegalArgumentException("a flow prior needs a fixed flow model; freeze() fixes it");
        }
        long condition = frozen.network().config().conditionChannels();
        if (condition > 0) {
            throw new IllegalArgumentException("a flow prior has no condition, this network takes one of "
                    + condition + " channels");
        }
        model = frozen;
        requireFitting(projection, scaling);
        this.projection = projection;
        this.scaling = scaling;
        // sorted, so that the same prior gives the same file
        this.provenance = Collections.unmodifiableMap(new TreeMap<>(provenance));
        loss = AlignmentLoss.of(model, options);
    }

    /** The prior in the file; official files, which state no time convention, have {@link TimeConvention#OFFICIAL}. */
    public static FlowPrior read(Path file) {
        return read(file, TimeConvention.OFFICIAL);
    }

    /**
     * The prior in the file, float32 on the CPU: a file of {@link #write}, or any that {@link FlowModelFile} reads,
     * such as the official {@code .pt}. Those hold no projection, so the prior has none and a scaling of 1;
     * {@link #withProjection} gives what they leave out.
     *
     * @param unstated the convention of a file that states none
     * @throws IllegalArgumentException naming the file, for content that is no flow prior
     */
    public static FlowPrior read(Path file, TimeConvention unstated) {
        return FlowPriorFile.read(file, unstated);
    }

    /** Writes the prior, its weights in float32; an old file is replaced whole or not at all. */
    public void write(Path file) {
        FlowPriorFile.write(file, model.network().stateDict(), model.convention(), projection, scaling, provenance);
    }

    /** The flow model, in float32. */
    public FlowModel model() {
        return model;
    }

    /** From scaled features to the prior's space. */
    public Projection projection() {
        return projection;
    }

    /** What features are multiplied by before the projection. */
    public double scaling() {
        return scaling;
    }

    /** Where the prior comes from. */
    public Map<String, String> provenance() {
        return provenance;
    }

    /** D, the channels of the prior's space and of the latents to align. */
    public int dimension() {
        return Math.toIntExact(model.network().config().targetChannels());
    }

    // ---- settings --------------------------------------------------------------------------------------------------

    /**
     * Replaces projection and scaling; the prior takes the new projection over and closes the old. Returns this.
     *
     * @throws IllegalArgumentException when the projection does not end in the prior's dimension
     */
    public FlowPrior withProjection(Projection newProjection, double newScaling) {
        requireFitting(newProjection, newScaling);
        if (newProjection != projection) {
            projection.close();
        }
        projection = newProjection;
        scaling = newScaling;
        return this;
    }

    /** Replaces the options of the alignment loss; a moving average begins afresh. Returns this. */
    public FlowPrior withOptions(AlignmentLoss.Options newOptions) {
        options = newOptions;
        return renewLoss();
    }

    /**
     * From now on the alignment loss and samples are computed under bfloat16 autocast, with the weights of the linear
     * layers cast here, once: autocast itself would cast fixed weights at every call. The numbers are those of
     * autocast. The float32 weights stay for {@link #write}. Returns this.
     */
    public FlowPrior forBf16() {
        if (shortModel == null) {
            shortModel = new FlowModel(model.network().castLinear(DType.BFLOAT16), model.convention()).freeze();
            renewLoss();
        }
        return this;
    }

    /** Moves everything to that device; the projection goes to wherever features are, by itself. Returns this. */
    public FlowPrior to(Device device) {
        model.network().to(device);
        if (shortModel != null) {
            shortModel.network().to(device);
        }
        loss.to(device);
        return this;
    }

    private FlowPrior renewLoss() {
        AlignmentLoss before = loss;
        loss = AlignmentLoss.of(working(), options);
        loss.to(device());
        before.close();
        return this;
    }

    private Device device() {
        return model.network().parameters().getFirst().device();
    }

    private FlowModel working() {
        return shortModel == null ? model : shortModel;
    }

    // ---- use -------------------------------------------------------------------------------------------------------

    /**
     * The targets that raw features make: features &times; scaling, then the projection, in float32 and without
     * gradients, also inside autocast.
     *
     * @param features floating point, [N, the projection's inputs]
     * @return float32, [N, D]
     * @throws IllegalArgumentException for features of another width
     */
    public Tensor target(Tensor features) {
        if (features.dim() != 2 || features.size(1) != projection.inputs()) {
            throw new IllegalArgumentException("flow prior: target features must be [N, " + projection.inputs()
                    + "], not " + Arrays.toString(features.shape())
                    + "; withProjection() gives the prior another projection");
        }
        try (NoGrad noGrad = new NoGrad()) {
            return Scope.returning(() -> projection.apply(features.to(DType.FLOAT32).mul(scaling)));
        }
    }

    /** The {@linkplain #alignmentLoss(Tensor, Generator) alignment loss} with draws from the default generator. */
    public Tensor alignmentLoss(Tensor y) {
        return alignmentLoss(y, null);
    }

    /**
     * The alignment loss (Eq. 5) of latents, the mean over rows and channels. The gradient reaches y alone: no weight
     * has one, nor a buffer for one.
     *
     * @param y         [N, D] or [A, L, D], in the prior's space
     * @param generator draws the times, then the noise; null for the default generator of y's device
     * @return a scalar
     * @throws IllegalArgumentException for latents of another width
     */
    public Tensor alignmentLoss(Tensor y, Generator generator) {
        long[] shape = y.shape();
        if (shape.length < 2 || shape.length > 3 || shape[shape.length - 1] != dimension()) {
            throw new IllegalArgumentException("flow prior: latents must be [N, " + dimension() + "] or [A, L, "
                    + dimension() + "], not " + Arrays.toString(shape));
        }
        if (shortModel == null) {
            return loss.loss(y, generator);
        }
        try (Autocast autocast = Autocast.on(y.device().type(), DType.BFLOAT16)) {
            return loss.loss(y, generator);
        }
    }

    /**
     * Samples of the prior, by Euler's method on the prior's device.
     *
     * @param count     N
     * @param steps     number of Euler steps
     * @param generator draws the noise; null for the default generator of the device
     * @return [N, D], float32, without gradients
     */
    public Tensor sample(long count, int steps, Generator generator) {
        EulerSampler sampler = new EulerSampler(steps);
        return Scope.returning(() -> {
            Device device = device();
            Tensor noise = Torch.randn(new long[] {count, dimension()}, generator, DType.FLOAT32, device);
            if (shortModel == null) {
                return sampler.sample(model, noise);
            }
            try (Autocast autocast = Autocast.on(device.type(), DType.BFLOAT16)) {
                return sampler.sample(shortModel, noise);
            }
        });
    }

    private void requireFitting(Projection candidate, double factor) {
        if (candidate.outputs() != dimension()) {
            throw new IllegalArgumentException("the projection gives " + candidate.outputs()
                    + " channels, the flow prior has " + dimension());
        }
        if (!(factor > 0 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the scaling of a flow prior must be positive and finite, not "
                    + factor);
        }
    }

    /** Closes model and projection. */
    @Override
    public void close() {
        loss.close();
        projection.close();
        if (shortModel != null) {
            shortModel.close();
        }
        model.close();
    }
}
