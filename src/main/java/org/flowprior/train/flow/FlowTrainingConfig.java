package org.flowprior.train.flow;

import static org.flowprior.config.ConfigRanges.atLeast;
import static org.flowprior.config.ConfigRanges.notNegative;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.FilePath;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.torch.Precision;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.LearningRateSchedule;
import org.flowprior.torch.optim.Optimizer;
import org.flowprior.torch.optim.ParameterGroup;
import org.flowprior.train.Logging;
import org.flowprior.train.OptimizerKind;
import org.flowprior.train.StageConfig;
import org.flowprior.train.TrainingSettings;

/**
 * The config of {@code flowprior train-flow} (Sec. 4.1, App. C.2, Table 3).
 *
 * <p>The preset {@code paper} has the printed values, and the official ones where the paper prints none: 4 draws of (t,
 * noise) for each row, a warm-up from 1e-5, and a cosine that ends at a tenth of the rate. {@code official} is what the
 * released code effectively runs: Adam at 2e-4 without weight decay, batches of 512 items of 64 rows, in micro-batches
 * of what one of its eight processes computes. That its processes draw the same rows and the same noise, because
 * building the projection resets every seed, is a defect and not copied: it shrinks the batch to an eighth.
 * {@code quick} trains a smaller network for minutes on two cores.
 *
 * @param seed      fixes everything but the projection, which has a seed of its own
 * @param device    {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param threads   threads of an op on the CPU; 0 leaves the choice to libtorch
 * @param precision of the losses
 */
public record FlowTrainingConfig(long seed, String device, int threads, Precision precision, Data data,
                                 Projection projection, Network network, Training training, Evaluation evaluation,
                                 Logging log)
        implements StageConfig<FlowTrainingConfig> {

    /** How target features become as wide as the latents (Sec. 4.1, 5.3). */
    public enum ProjectionKind {
        /** Entries N(0, 1/d2), fixed by their own seed; the paper's choice. */
        RANDOM,
        /** Means over groups of neighbouring channels. */
        AVERAGE_POOLING,
        /** The leading principal components of the bank. */
        PCA,
        /** Features as they are. */
        NONE
    }

    /**
     * The target features.
     *
     * @param bank           directory of the bank to train on
     * @param validationBank directory of the bank that evaluation compares with; empty: rows are held out of
     *                       {@code bank}
     * @param scaling        what features are multiplied by before the projection; 0: what the bank says
     * @param cacheGigabytes training features of up to this size, behind the projection, are kept on the device; larger
     *                       ones, and those of banks whose rows are distributions, are read and projected for each step
     */
    public record Data(@FilePath String bank, @FilePath String validationBank, double scaling, double cacheGigabytes) {

        /** Throws {@link IllegalArgumentException} for negative numbers. */
        public Data {
            notNegative("scaling", scaling);
            notNegative("cacheGigabytes", cacheGigabytes);
        }
    }

    /**
     * The projection.
     *
     * @param dimension    channels behind it, d1; no meaning for {@link ProjectionKind#NONE}
     * @param seed         of the random one; 42 is the official code's
     * @param unitVariance whether projected features are divided by their standard deviation, one for all channels
     */
    public record Projection(ProjectionKind kind, int dimension, long seed, boolean unitVariance) {

        /** Throws {@link IllegalArgumentException} for a dimension below 1. */
        public Projection {
            atLeast("dimension", dimension, 1);
        }
    }

    /**
     * The network.
     *
     * @param width          hidden channels
     * @param blocks         residual blocks
     * @param timeConvention what t means to the raw network; {@code official} weights move to the official code
     */
    public record Network(int width, int blocks, TimeConvention timeConvention) {

        /** Throws {@link IllegalArgumentException} for sizes that make no network. */
        public Network {
            atLeast("width", width, 1);
            atLeast("blocks", blocks, 0);
        }
    }

    /**
     * The steps. The rate is on a straight line from {@code warmupStart} over the warm-up, then on a cosine whose clock
     * runs from the first step.
     *
     * @param batch        rows of the bank in a step
     * @param flowMul      draws of (t, noise) for each row
     * @param accumulation micro-batches that a step's {@code batch * flowMul} draws are computed in; the gradient is
     *                     the mean over all of them
     * @param lastRate     what the rate has come to behind the last step; equal to learningRate: constant
     * @param weightDecay  of tensors of two dimensions and more; the others have none
     * @param clip         the largest norm of a gradient; 0: any
     * @param ema          decay of the moving average of the weights, which is what becomes the prior
     */
    public record Training(int steps, int batch, int flowMul, int accumulation, OptimizerKind optimizer,
                           double learningRate, double warmupStart, int warmupSteps, double lastRate, double beta1,
                           double beta2, double weightDecay, double clip, double ema) implements TrainingSettings {

        @Override
        public void check() {
            atLeast("flowMul", flowMul, 1);
            TrainingSettings.super.check();
            notNegative("warmupStart", warmupStart);
        }

        @Override
        public void checkAccumulation() {
            requireDivides("batch * flowMul", (long) batch * flowMul);
        }

        LearningRateSchedule schedule() {
            return LearningRateSchedule.cosineWithWarmup(warmupStart, learningRate, lastRate, warmupSteps, steps);
        }

        Optimizer optimizer(List<Tensor> parameters) {
            List<Tensor> decaying = new ArrayList<>();
            List<Tensor> others = new ArrayList<>();
            parameters.forEach(p -> (p.dim() >= 2 ? decaying : others).add(p));
            List<ParameterGroup> groups = List.of(new ParameterGroup(decaying, learningRate, weightDecay),
                    new ParameterGroup(others, learningRate, 0));
            AdamOptions options = AdamOptions.ADAM.withBetas(beta1, beta2);
            return optimizer.of(groups, options);
        }
    }

    /**
     * What is measured with the averaged weights, along the way and behind the last step.
     *
     * @param every       steps between; 0: only behind the last one
     * @param rows        rows held out of the bank, and samples that are compared with them
     * @param references  training rows in which neighbours are looked for; a bank with fewer gives all it has
     * @param sampleSteps steps of Euler's method
     * @param neighbour   k of log r_k
     * @param projections directions of the sliced Wasserstein distance
     */
    public record Evaluation(int every, int rows, int references, int sampleSteps, int neighbour, int projections) {

        /** Throws {@link IllegalArgumentException} for numbers that are too small. */
        public Evaluation {
            atLeast("every", every, 0);
            atLeast("rows", rows, 1);
            atLeast("neighbour", neighbour, 1);
            atLeast("references", references, neighbour);
            atLeast("sampleSteps", sampleSteps, 1);
            atLeast("projections", projections, 1);
        }
    }

    /** Throws {@link IllegalArgumentException} as {@link StageConfig#check} does. */
    public FlowTrainingConfig {
        StageConfig.check(device, threads, training);
    }

    /** The loader, with the presets {@code quick} (the default), {@code paper} and {@code official}. */
    public static ConfigLoader<FlowTrainingConfig> loader() {
        return new ConfigLoader<>("train-flow", FlowTrainingConfig.class, "quick", "paper", "official");
    }

    VelocityNetwork.Config network(int dimension) {
        return new VelocityNetwork.Config(dimension, 0, network.blocks(), network.width());
    }
}
