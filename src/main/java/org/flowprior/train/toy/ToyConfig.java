package org.flowprior.train.toy;

import static org.flowprior.config.ConfigRanges.atLeast;
import static org.flowprior.config.ConfigRanges.positive;

import org.flowprior.config.ConfigLoader;
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
 * @param target    what the flow is trained on
 * @param seed      fixes everything
 * @param device    {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param threads   threads of an op on the CPU; 0 leaves the choice to libtorch
 * @param precision of the losses
 */
public record ToyConfig(ToyTarget target, long seed, String device, int threads, Precision precision, Flow flow,
                        Alignment alignment, Figures figures, Report report, Logging log)
        implements StageConfig<ToyConfig> {

    /**
     * Training of the flow by Adam, its rate on a cosine from the first to the last.
     *
     * @param width         hidden channels
     * @param blocks        residual blocks
     * @param batch         fresh samples for each step
     * @param learningRate  of the first step
     * @param lastRate      what the rate has come to behind the last step; equal to learningRate: constant
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
     * Optimisation of the latents by Adam against the frozen flow, its rate on a cosine from the first to the last.
     *
     * @param latents      number of latents, which start from N(0, I) in normalised units
     * @param learningRate of the first step
     * @param lastRate     what the rate has come to behind the last step; equal to learningRate: constant
     * @param weighting    of the residuals in time; the paper's is uniform
     * @param truncation   where the likelihood weighting ends, at t = 1 &minus; truncation; in (0, 1)
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

        Alignment with(TimeWeighting other) {
            return new Alignment(latents, steps, learningRate, lastRate, other, truncation);
        }

        AlignmentLoss.Options options() {
            AlignmentLoss.Options uniform = AlignmentLoss.Options.DEFAULT;
            return weighting == TimeWeighting.UNIFORM ? uniform : uniform.withLikelihoodWeighting(truncation);
        }
    }

    /** Which NLL the curves and maps show; the report always has the analytic one. */
    public enum Likelihood {
        /** That of the density itself, in raw units. */
        ANALYTIC,
        /** The official code's: as above for the mixtures; for the others a kernel estimate, in normalised units. */
        OFFICIAL
    }

    /**
     * What the figures show.
     *
     * @param dataPoints     samples of the target drawn as dots
     * @param grid           points of the maps along each axis
     * @param landscapeTimes times between 0.1 and 0.9 that the landscape averages over
     * @param landscapeDraws draws of noise for each time
     * @param likelihood     which NLL
     * @param kernelEvery    steps of the alignment between evaluations of a kernel estimate, which costs 2.8 s for
     *                       1,000 latents; the analytic NLL is evaluated at each step
     */
    public record Figures(int dataPoints, int grid, int landscapeTimes, int landscapeDraws, Likelihood likelihood,
                          int kernelEvery) {

        /** Throws {@link IllegalArgumentException} for sizes that give no picture. */
        public Figures {
            atLeast("dataPoints", dataPoints, 1);
            atLeast("grid", grid, 2);
            atLeast("landscapeTimes", landscapeTimes, 1);
            atLeast("landscapeDraws", landscapeDraws, 1);
            atLeast("kernelEvery", kernelEvery, 1);
        }
    }

    /**
     * How much {@code --report} computes. With 4 nodes of time and 4 of noise the bound errs by about 0.02 nats at
     * samples of the mixtures (exact field), with 8 and 8 by 0.0003 to 0.0015.
     *
     * @param points     samples of the target, and as many latents at most
     * @param grid       points along each axis at which the bound is computed
     * @param tolerance  of Dormand and Prince's method, absolute and relative, for an exact log-likelihood
     * @param timeNodes  Gauss-Legendre nodes on each quarter of the times, for L_align and C
     * @param noiseNodes Gauss-Hermite nodes along each axis of the noise
     */
    public record Report(int points, int grid, double tolerance, int timeNodes, int noiseNodes) {

        /** Throws {@link IllegalArgumentException} for sizes below 1, fewer than 2 points, a tolerance not positive. */
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

    /** The loader, with the presets {@code quick} (the default) and {@code paper}. */
    public static ConfigLoader<ToyConfig> loader() {
        return new ConfigLoader<>("toy", ToyConfig.class, "quick", "paper");
    }

    /** This config for that target. */
    public ToyConfig with(ToyTarget other) {
        return new ToyConfig(other, seed, device, threads, precision, flow, alignment, figures, report, log);
    }

    /** This config with its latents aligned under that weighting. */
    public ToyConfig with(TimeWeighting weighting) {
        return new ToyConfig(target, seed, device, threads, precision, flow, alignment.with(weighting), figures, report,
                log);
    }

    TargetDistribution distribution() {
        return TargetDistribution.of(target.density());
    }
}
