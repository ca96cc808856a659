package org.flowprior.flow;

import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Module;

/**
 * The alignment loss (Eq. 5): the flow matching loss of a fixed velocity field at latents y. Minimising it over y, or
 * over the parameters of an encoder that makes y, pulls the latents towards the field's data. Gradients reach y alone.
 *
 * <p>The options are those of the official {@code FlowLoss} (names in camel case). Its call option
 * {@code seperate_fitting} [sic] is left out: it rearranges the same square, so loss and gradient are those of the
 * plain loss.
 *
 * <p>With {@link TimeWeighting#LIKELIHOOD} the squares have the weight t/(1 - t) up to t = 1 - ε. For the field that
 * minimises Eq. 3 the expected gradient of {@link LossReduction#SQUARED_NORM} is then that of the mean over rows of
 * -log p(y), and of {@link LossReduction#MEAN} 1/D of it, with {@link Options#normV} and {@link Options#detachPredV}
 * off (see {@link LikelihoodIdentity}); the value differs from it by a constant. Drawn times have the density of the
 * weights, so that every draw counts the same, their integral ε - 1 - ln ε, and the variance is bounded. Given times
 * stand for uniform draws and carry their weights, 0 beyond the truncation. The truncation leaves out the gradient of
 * (ε²/2) (2 Δ log p + |∇ log p|²): for a Gaussian of standard deviation σ, the share (ε/σ)² of the gradient.
 *
 * <p>As a module it has one entry in its state dict, {@code moving_avg}, and that only with
 * {@link Options#movingAvgStd}. The field belongs to the caller and is not closed with the loss.
 */
public final class AlignmentLoss extends Module implements VelocityLoss {

    /**
     * The official options, and the weighting of times; {@link #DEFAULT} has the official defaults.
     *
     * @param flowMul      m, draws of (t, noise) for each latent; 4 in the published configs
     * @param normTarget   y ← (y - mean) / (std + 1e-8), over the whole batch
     * @param movingAvgStd with normTarget: y ← (mean of the row) + y a, where a is a moving average of std(y). The
     *                     official code multiplies by a, so this does not standardise; it is here for compatibility
     * @param unitNorm     with normTarget: y ← y / |y|; takes precedence over movingAvgStd
     * @param normV        v ← sqrt(D) v / |v|
     * @param detachPredV  no gradient through v: y is pulled towards v + noise
     * @param weighting    the weight of each time; not an official option: there it is {@link TimeWeighting#UNIFORM}
     * @param truncation   ε in (0, 1): {@link TimeWeighting#LIKELIHOOD} ends at t = 1 - ε; 0 for UNIFORM
     */
    public record Options(int flowMul, boolean normTarget, boolean movingAvgStd, boolean unitNorm, boolean normV,
            boolean detachPredV, TimeWeighting weighting, double truncation) {

        /** One draw for each latent, everything else off. */
        public static final Options DEFAULT = new Options(1, false, false, false, false, false);

        /** The official options, with the same weight for all times. */
        public Options(int flowMul, boolean normTarget, boolean movingAvgStd, boolean unitNorm, boolean normV,
                boolean detachPredV) {
            this(flowMul, normTarget, movingAvgStd, unitNorm, normV, detachPredV, TimeWeighting.UNIFORM, 0);
        }

        /** Throws {@link IllegalArgumentException} for flowMul below 1 and a truncation that the weighting forbids. */
        public Options {
            if (flowMul < 1) {
                throw new IllegalArgumentException("flowMul must be at least 1, not " + flowMul);
            }
            if (weighting == TimeWeighting.UNIFORM ? truncation != 0 : !(0 < truncation && truncation < 1)) {
                throw new IllegalArgumentException("the truncation must be in (0, 1) for the likelihood weighting and "
                        + "0 for the uniform one, not " + truncation);
            }
        }

        /** Returns these options with another number of draws of (t, noise) for each latent. */
        public Options withFlowMul(int draws) {
            return new Options(draws, normTarget, movingAvgStd, unitNorm, normV, detachPredV, weighting, truncation);
        }

        /** Returns these options with the likelihood weighting up to t = 1 - truncation. */
        public Options withLikelihoodWeighting(double truncation) {
            return new Options(flowMul, normTarget, movingAvgStd, unitNorm, normV, detachPredV,
                    TimeWeighting.LIKELIHOOD, truncation);
        }
    }

    private final VelocityField field;
    private final Options options;
    private final TargetNormalization normalization;

    private AlignmentLoss(VelocityField field, Options options) {
        if (field instanceof FlowModel model && !model.isFrozen()) {
            throw new IllegalArgumentException("the alignment loss needs a fixed flow model; freeze() fixes it");
        }
        this.field = field;
        this.options = options;
        normalization = new TargetNormalization(options,
                options.movingAvgStd() ? registerBuffer("moving_avg", Torch.zeros(), true) : null);
    }

    /** Returns the loss with the default options. */
    public static AlignmentLoss of(VelocityField field) {
        return of(field, Options.DEFAULT);
    }

    /**
     * Returns the loss with these options.
     *
     * @throws IllegalArgumentException when the field is a flow model that is not frozen
     */
    public static AlignmentLoss of(VelocityField field, Options options) {
        return new AlignmentLoss(field, options);
    }

    @Override
    public Tensor loss(Tensor y, Tensor condition, Generator generator, LossReduction reduction) {
        return Scope.returning(() -> {
            FlowPath uniform = FlowPath.draw(targets(y), generator);
            TimeWeighting weighting = options.weighting();
            if (weighting == TimeWeighting.UNIFORM) {
                return reduction.of(prediction(uniform, condition), uniform.velocity());
            }
            Tensor t = weighting.times(uniform.t(), options.truncation());
            FlowPath path = new FlowPath(uniform.target(), uniform.noise(), t);
            Tensor loss = reduction.of(prediction(path, condition), path.velocity());
            return loss.mul(weighting.total(options.truncation()));
        });
    }

    @Override
    public Tensor loss(Tensor y, Tensor t, Tensor noise, Tensor condition, LossReduction reduction) {
        return Scope.returning(() -> {
            FlowPath path = new FlowPath(targets(y), noise, t);
            Tensor velocity = prediction(path, condition);
            if (options.weighting() == TimeWeighting.UNIFORM) {
                return reduction.of(velocity, path.velocity());
            }
            Tensor root = options.weighting().weights(t, options.truncation()).sqrt().unsqueeze(1);
            return reduction.of(velocity.mul(root), path.velocity().mul(root));
        });
    }

    private Tensor prediction(FlowPath path, Tensor condition) {
        Tensor copied = condition == null ? null : copies(rows(condition));
        try (NoGrad noGrad = options.detachPredV() ? new NoGrad() : null) {
            Tensor velocity = field.velocity(path.points(), path.t(), copied);
            return options.normV() ? TargetNormalization.toLength(velocity, Math.sqrt(velocity.size(1))) : velocity;
        }
    }

    private Tensor targets(Tensor y) {
        return copies(normalization.forward(rows(y)));
    }

    private static Tensor rows(Tensor x) {
        return x.dim() == 3 ? x.flatten(0, 1) : x;
    }

    private Tensor copies(Tensor rows) {
        return options.flowMul() == 1 ? rows : rows.repeat(options.flowMul(), 1);
    }
}
