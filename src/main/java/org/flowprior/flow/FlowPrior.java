package org.flowprior.flow;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.flowprior.target.Projection;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Precision;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * A frozen flow prior (Sec. 4): the flow model trained on target features, and the map of raw features to its space,
 * which scales and then projects them. {@link #alignmentLoss} aligns latents with it.
 *
 * <p>Its file is safetensors: the network under the official keys after {@code net.}, the projection's tensors after
 * {@code projection.}; the metadata are {@code timeConvention}, {@code scaling}, the projection's own after
 * {@code projection.} and the provenance after {@code provenance.}.
 *
 * <p>The prior owns its model and its projection.
 */
public final class FlowPrior implements AutoCloseable {

    private final FlowModel model;
    private final Map<String, String> provenance;
    private Projection projection;
    private double scaling;
    private AlignmentLoss.Options options = AlignmentLoss.Options.DEFAULT;
    private Precision precision = Precision.FLOAT32;
    /** The model itself, or a copy with bfloat16 weights in its linear layers. */
    private FlowModel computing;
    private AlignmentLoss loss;

    /**
     * A prior of these parts, with the default options of the alignment loss.
     *
     * @param frozen     the flow model, fixed by {@link FlowModel#freeze}, without a condition; the prior owns it
     * @param projection from scaled features to the model's channels; the prior owns it
     * @param scaling    the factor of features before the projection; positive
     * @param provenance where the prior comes from: bank, config, steps, averaged or raw weights, as free text
     * @throws IllegalArgumentException when the parts do not fit together; they then stay with the caller
     */
    public FlowPrior(FlowModel frozen, Projection projection, double scaling, Map<String, String> provenance) {
        if (!frozen.isFrozen()) {
            throw new IllegalArgumentException("a flow prior needs a fixed flow model; freeze() fixes it");
        }
        long condition = frozen.network().config().conditionChannels();
        if (condition > 0) {
            throw new IllegalArgumentException(
                    "a flow prior has no condition, this network takes one of " + condition + " channels");
        }
        model = frozen;
        computing = frozen;
        requireFitting(projection, scaling);
        this.projection = projection;
        this.scaling = scaling;
        // Sorted, so that the same prior gives the same file.
        this.provenance = Collections.unmodifiableMap(new TreeMap<>(provenance));
        loss = AlignmentLoss.of(model, options);
    }

    /** Reads a prior; a file that states no time convention, as official ones, has {@link TimeConvention#OFFICIAL}. */
    public static FlowPrior read(Path file) {
        return read(file, TimeConvention.OFFICIAL);
    }

    /**
     * Reads a prior, float32 on the CPU, from a file of {@link #write} or any that {@link FlowModelFile} reads, such as
     * the official {@code .pt}. Those hold no projection, so the prior has the identity and a scaling of 1;
     * {@link #withProjection} replaces them.
     *
     * @param unstated the convention of a file that states none
     * @throws IllegalArgumentException naming the file, for content that is not a flow prior
     */
    public static FlowPrior read(Path file, TimeConvention unstated) {
        return FlowPriorFile.read(file, unstated);
    }

    /** Writes the prior, its weights in float32; an old file is replaced whole or not at all. */
    public void write(Path file) {
        FlowPriorFile.write(file, model.network().stateDict(), model.convention(), projection, scaling, provenance);
    }

    /** Returns the flow model, in float32. */
    public FlowModel model() {
        return model;
    }

    /** Returns the projection from scaled features to the prior's space. */
    public Projection projection() {
        return projection;
    }

    /** Returns the factor of features before the projection. */
    public double scaling() {
        return scaling;
    }

    /** Returns where the prior comes from. */
    public Map<String, String> provenance() {
        return provenance;
    }

    /** Returns D, the channels of the prior's space and of the latents to align. */
    public int dimension() {
        return Math.toIntExact(model.network().config().targetChannels());
    }

    /**
     * Replaces projection and scaling; the prior owns the new projection and closes the old one. Returns this.
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

    /** Replaces the options of the alignment loss; a moving average starts again. Returns this. */
    public FlowPrior withOptions(AlignmentLoss.Options newOptions) {
        options = newOptions;
        return renewLoss();
    }

    /**
     * Computes the alignment loss and samples under bfloat16 autocast from now on, with the weights of the linear
     * layers cast here, once: autocast itself would cast fixed weights at every call. The numbers are those of
     * autocast. The float32 weights stay for {@link #write}. Returns this.
     */
    public FlowPrior forBf16() {
        if (precision == Precision.FLOAT32) {
            precision = Precision.BF16;
            computing = new FlowModel(model.network().castLinear(DType.BFLOAT16), model.convention()).freeze();
            renewLoss();
        }
        return this;
    }

    /** Moves everything to the device, except the projection, which follows the features by itself. Returns this. */
    public FlowPrior to(Device device) {
        model.network().to(device);
        computing.network().to(device);
        loss.to(device);
        return this;
    }

    private FlowPrior renewLoss() {
        loss.close();
        loss = AlignmentLoss.of(computing, options);
        loss.to(device());
        return this;
    }

    private Device device() {
        return model.network().parameters().getFirst().device();
    }

    /**
     * Maps raw features to targets: features · scaling, then the projection, in float32 and without gradients, also
     * inside autocast.
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

    /** Returns the {@linkplain #alignmentLoss(Tensor, Generator) alignment loss} with the default generator. */
    public Tensor alignmentLoss(Tensor y) {
        return alignmentLoss(y, null);
    }

    /**
     * Returns the alignment loss (Eq. 5) of latents, the mean over rows and channels. The gradient reaches y alone: no
     * weight has one, nor memory for one.
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
        return precision.compute(y.device(), () -> loss.loss(y, generator));
    }

    /**
     * Samples the prior by Euler's method, on the prior's device.
     *
     * @param count     N
     * @param steps     number of Euler steps
     * @param generator draws the noise; null for the device's default generator
     * @return [N, D], float32, without gradients
     */
    public Tensor sample(long count, int steps, Generator generator) {
        EulerSampler sampler = new EulerSampler(steps);
        return Scope.returning(() -> {
            Device device = device();
            Tensor noise = Torch.randn(new long[] {count, dimension()}, generator, DType.FLOAT32, device);
            return precision.compute(device, () -> sampler.sample(computing, noise));
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
        if (computing != model) {
            computing.close();
        }
        model.close();
    }
}
