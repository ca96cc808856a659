package org.flowprior.train.toy;

import static org.flowprior.config.ConfigRanges.atLeast;
import static org.flowprior.config.ConfigRanges.positive;

import org.flowprior.config.ConfigLoader;
import org.flowprior.config.ConfigRecords;
import org.flowprior.config.MayChange;
import org.flowprior.flow.AlignmentLoss;
import org.flowprior.flow.TimeWeighting;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.target.TargetDistribution;
import org.flowprior.target.ToyTarget;
import org.flowprior.torch.Precision;
import org.flowprior.train.Logging;
import org.flowprior.train.StageConfig;

/**
 * The config of {@code flowprior toy} (Sec. 5.1, App. C.1). The preset {@code paper} has the printed values;
 * {@code quick} trains a narrower network with a higher rate, which falls along a cosine, and resolves all six targets
 * in minutes.
 *
 * @param target    the distribution that the flow is trained on
 * @param seed      seed of all random numbers
 * @param device    {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param threads   number of threads of an op on the CPU; 0 leaves the choice to libtorch
 * @param precision precision of the losses
 * @param flow      training of the flow
 * @param alignment optimisation of the latents
 * @param figures   content of the figures
 * @param report    size of the report
 * @param log       how often rows and checkpoints are written
 */
public record ToyConfig(ToyTarget target, long seed, @MayChange String device, @MayChange int threads,
        Precision precision, Flow flow,
        Alignment alignment, Figures figures, Report report, Logging log)
        implements StageConfig<ToyConfig> {

    /**
     * Training of the flow by Adam with a learning rate on a cosine.
     *
     * @param width        number of hidden channels
     * @param blocks       number of residual blocks
     * @param steps        number of steps
     * @param batch        number of fresh samples for each step
     * @param learningRate learning rate of the first step
     * @param lastRate     learning rate after the last step; equal to {@code learningRate}: constant
     */
    public record Flow(int width, int blocks, int steps, int batch, double learningRate, double lastRate) {

        /** Throws {@link IllegalArgumentException} for sizes below 1 and rates that are not positive. */
        public Flow {
            atLeast("width", width, 1);
            atLeast("blocks", blocks, 0);
            atLeast("steps", steps, 1);
            atLeast("batch", batch, 1);
            positive("learningRate", learningRate);
            positive("lastRate", lastRate);
        }

        VelocityNetwork.Config network(int dimension) {
            return new VelocityNetwork.Config(dimension, 0, blocks, width);
        }
    }

    /**
     * Optimisation of the latents with the frozen flow by Adam with a learning rate on a cosine.
     *
     * @param latents      number of latents, which start from N(0, I) in normalised units
     * @param steps        number of steps
     * @param learningRate learning rate of the first step
     * @param lastRate     learning rate after the last step; equal to {@code learningRate}: constant
     * @param weighting    weighting of the residuals in time; the paper's is uniform
     * @param truncation   the likelihood weighting ends at t = 1 &minus; truncation; in (0, 1)
     */
    public record Alignment(int latents, int steps, double learningRate, double lastRate, TimeWeighting weighting,
            double truncation) {

        /** Throws {@link IllegalArgumentException} for sizes below 1 and rates that are not positive. */
        public Alignment {
            atLeast("latents", latents, 1);
            atLeast("steps", steps, 1);
            positive("learningRate", learningRate);
            positive("lastRate", lastRate);
            if (!(truncation > 0 && truncation < 1)) {
                throw new IllegalArgumentException("truncation must be between 0 and 1, not " + truncation);
            }
        }

        AlignmentLoss.Options options() {
            AlignmentLoss.Options uniform = AlignmentLoss.Options.DEFAULT;
            return weighting == TimeWeighting.UNIFORM ? uniform : uniform.withLikelihoodWeighting(truncation);
        }
    }

    /** The NLL that the curves and maps show. The report always has the analytic one. */
    public enum Likelihood {
        /** The NLL of the density, in raw units. */
        ANALYTIC,
        /** The official code's NLL: analytic for the mixtures, a kernel estimate in normalised units for the others. */
        OFFICIAL
    }

    /**
     * Content of the figures.
     *
     * @param dataPoints     number of samples of the target, drawn as dots
     * @param grid           number of points of the maps along each axis
     * @param landscapeTimes number of times between 0.1 and 0.9 that the landscape averages over
     * @param landscapeDraws number of draws of noise for each time
     * @param likelihood     the NLL that is shown
     * @param kernelEvery    steps of the alignment between evaluations of a kernel estimate, which takes 2.8 s for
     *                       1,000 latents; the analytic NLL is evaluated at each step
     */
    public record Figures(int dataPoints, int grid, int landscapeTimes, int landscapeDraws, Likelihood likelihood,
            int kernelEvery) {

        /** Throws {@link IllegalArgumentException} for a grid below 2 and for other numbers below 1. */
        public Figures {
            atLeast("dataPoints", dataPoints, 1);
            atLeast("grid", grid, 2);
            atLeast("landscapeTimes", landscapeTimes, 1);
            atLeast("landscapeDraws", landscapeDraws, 1);
            atLeast("kernelEvery", kernelEvery, 1);
        }
    }

    /**
     * Size of the measurements of {@code --report}. With 4 nodes of time and 4 of noise, the error of the bound is
     * about 0.02 nats at samples of the mixtures (exact field); with 8 and 8, it is 0.0003 to 0.0015.
     *
     * @param points     number of samples of the target, and largest number of latents
     * @param grid       number of points along each axis at which the bound is computed
     * @param tolerance  absolute and relative tolerance of Dormand and Prince's method for an exact log-likelihood
     * @param timeNodes  number of Gauss-Legendre nodes on each quarter of the times, for L_align and C
     * @param noiseNodes number of Gauss-Hermite nodes along each axis of the noise
     */
    public record Report(int points, int grid, double tolerance, int timeNodes, int noiseNodes) {

        /** Throws {@link IllegalArgumentException} for nodes below 1, other sizes below 2, and a tolerance up to 0. */
        public Report {
            atLeast("points", points, 2);
            atLeast("grid", grid, 2);
            positive("tolerance", tolerance);
            atLeast("timeNodes", timeNodes, 1);
            atLeast("noiseNodes", noiseNodes, 1);
        }
    }

    /** Throws {@link IllegalArgumentException} as {@link StageConfig#check} does. */
    public ToyConfig {
        StageConfig.check(device, threads);
    }

    /** Returns the loader, with the presets {@code quick} (the default) and {@code paper}. */
    public static ConfigLoader<ToyConfig> loader() {
        return new ConfigLoader<>("toy", ToyConfig.class, "quick", "paper");
    }

    /** Returns this config for another target. */
    public ToyConfig with(ToyTarget other) {
        return ConfigRecords.with(this, "target", other);
    }

    /** Returns this config with another weighting of the alignment. */
    public ToyConfig with(TimeWeighting weighting) {
        return ConfigRecords.with(this, "alignment", ConfigRecords.with(alignment, "weighting", weighting));
    }

    TargetDistribution distribution() {
        return TargetDistribution.of(target.density());
    }
}
