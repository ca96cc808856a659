package org.flowprior.train;

import org.flowprior.flow.VelocityNetwork;
import org.flowprior.target.MixtureOfGaussians;
import org.flowprior.target.TargetDistribution;
import org.flowprior.torch.Device;

/**
 * The config of {@code flowprior toy} (Sec. 5.1, App. C.1). The preset {@code paper} has the printed values;
 * {@code quick} trains less, with learning rates that fall along a cosine.
 *
 * @param target    what the flow is trained on
 * @param seed      fixes everything
 * @param device    {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param threads   threads of an op on the CPU; 0 leaves the choice to libtorch
 * @param precision of the losses
 */
public record ToyConfig(Target target, long seed, String device, int threads, Precision precision, Flow flow,
                        Alignment alignment, Figures figures, Log log) {

    /** The toy targets, by their names on the command line. */
    public enum Target {
        /** Five Gaussians on a circle, Figure 3. */
        GAUSSIAN
    }

    /** What the losses are computed in. */
    public enum Precision {
        /** Everything in float32. */
        FLOAT32,
        /** Matrix products in bfloat16, by autocast. */
        BF16
    }

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
     */
    public record Alignment(int latents, int steps, double learningRate, double lastRate) {

        /** Throws {@link IllegalArgumentException} for sizes below 1 and rates that are not positive. */
        public Alignment {
            atLeast("latents", latents, 1);
            atLeast("steps", steps, 1);
            positive("learningRate", learningRate);
            positive("lastRate", lastRate);
        }
    }

    /**
     * What the figures show.
     *
     * @param dataPoints     samples of the target drawn as dots
     * @param grid           points of the maps along each axis
     * @param landscapeTimes times between 0.1 and 0.9 that the landscape averages over
     * @param landscapeDraws draws of noise for each time
     */
    public record Figures(int dataPoints, int grid, int landscapeTimes, int landscapeDraws) {

        /** Throws {@link IllegalArgumentException} for sizes that give no picture. */
        public Figures {
            atLeast("dataPoints", dataPoints, 1);
            atLeast("grid", grid, 2);
            atLeast("landscapeTimes", landscapeTimes, 1);
            atLeast("landscapeDraws", landscapeDraws, 1);
        }
    }

    /**
     * What is written along the way.
     *
     * @param every           steps of a row of metrics, which holds their mean
     * @param checkpointEvery steps between checkpoints
     * @param keepCheckpoints how many of the newest stay
     */
    public record Log(int every, int checkpointEvery, int keepCheckpoints) {

        /** Throws {@link IllegalArgumentException} for numbers below 1. */
        public Log {
            atLeast("every", every, 1);
            atLeast("checkpointEvery", checkpointEvery, 1);
            atLeast("keepCheckpoints", keepCheckpoints, 1);
        }
    }

    /** Throws {@link IllegalArgumentException} for a device of no known form and for negative threads. */
    public ToyConfig {
        Device.of(device);
        atLeast("threads", threads, 0);
    }

    /** The loader, with the presets {@code quick} (the default) and {@code paper}. */
    public static ConfigLoader<ToyConfig> loader() {
        return new ConfigLoader<>("toy", ToyConfig.class, "quick", "paper");
    }

    /** This config with so many threads. */
    public ToyConfig withThreads(int number) {
        return new ToyConfig(target, seed, device, number, precision, flow, alignment, figures, log);
    }

    MixtureOfGaussians mixture() {
        return switch (target) {
            case GAUSSIAN -> MixtureOfGaussians.toy();
        };
    }

    TargetDistribution distribution() {
        return TargetDistribution.of(mixture());
    }

    TrainingLoop.Cadence cadence() {
        return new TrainingLoop.Cadence(log.every(), log.checkpointEvery());
    }

    private static void atLeast(String key, long value, long minimum) {
        if (value < minimum) {
            throw new IllegalArgumentException(key + " must be at least " + minimum + ", not " + value);
        }
    }

    private static void positive(String key, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(key + " must be positive, not " + value);
        }
    }
}
