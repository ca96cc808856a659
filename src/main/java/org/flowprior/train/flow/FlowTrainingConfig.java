package org.flowprior.train.flow;

import static org.flowprior.config.ConfigRanges.atLeast;
import static org.flowprior.config.ConfigRanges.notNegative;

import java.util.Map;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.FilePath;
import org.flowprior.config.MayChange;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.torch.Precision;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.optim.LearningRateSchedule;
import org.flowprior.torch.optim.Optimizer;
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
 * @param seed       seed of all random numbers except those of the projection, which has its own
 * @param device     {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param threads    number of threads of an op on the CPU; 0 leaves the choice to libtorch
 * @param precision  precision of the losses
 * @param data       the target features
 * @param projection the projection of the features
 * @param network    the velocity network
 * @param training   the steps
 * @param evaluation the measurements of the averaged weights
 * @param log        how often rows and checkpoints are written
 */
public record FlowTrainingConfig(long seed, @MayChange String device, @MayChange int threads, Precision precision,
        Data data,
        Projection projection, Network network, Training training, Evaluation evaluation, Logging log)
        implements StageConfig<FlowTrainingConfig> {

    /** The ways to give target features the width of the latents (Sec. 4.1, 5.3). */
    public enum ProjectionKind {
        /** A random matrix with entries from N(0, 1/d2) and its own seed; the paper's choice. */
        RANDOM,
        /** Means over groups of neighbouring channels. */
        AVERAGE_POOLING,
        /** The leading principal components of the bank. */
        PCA,
        /** No projection. */
        NONE
    }

    /**
     * The target features.
     *
     * @param bank           directory of the bank to train on
     * @param validationBank directory of the bank for evaluation; empty: rows are held out of {@code bank}
     * @param scaling        factor of features before the projection; 0: that of the bank
     * @param cacheGigabytes projected training features up to this size are kept on the device; larger ones, and those
     *                       of banks whose rows are distributions, are read and projected for each step
     */
    public record Data(@FilePath String bank, @FilePath String validationBank, double scaling,
            @MayChange double cacheGigabytes) {

        /** Throws {@link IllegalArgumentException} for negative numbers. */
        public Data {
            notNegative("scaling", scaling);
            notNegative("cacheGigabytes", cacheGigabytes);
        }
    }

    /**
     * The projection.
     *
     * @param kind         kind of projection
     * @param dimension    number of channels after it, d1; not used by {@link ProjectionKind#NONE}
     * @param seed         seed of the random projection; the official code has 42
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
     * @param width          number of hidden channels
     * @param blocks         number of residual blocks
     * @param timeConvention the raw network's meaning of t; the official code can load weights with {@code official}
     */
    public record Network(int width, int blocks, TimeConvention timeConvention) {

        /** Throws {@link IllegalArgumentException} for a width below 1 or a negative number of blocks. */
        public Network {
            atLeast("width", width, 1);
            atLeast("blocks", blocks, 0);
        }
    }

    /**
     * The steps. The learning rate rises linearly from {@code warmupStart} during the warm-up, then follows a cosine
     * that counts from the first step.
     *
     * @param steps        number of steps, at least 1
     * @param batch        rows of the bank in a step
     * @param flowMul      draws of (t, noise) for each row
     * @param accumulation number of micro-batches of a step's {@code batch * flowMul} draws; the gradient is the mean
     *                     over all of them
     * @param optimizer    kind of optimiser
     * @param learningRate learning rate after the warm-up, above 0
     * @param warmupStart  learning rate at the start of the warm-up, at least 0
     * @param warmupSteps  number of steps of the warm-up; 0: no warm-up
     * @param lastRate     learning rate after the last step; equal to {@code learningRate}: constant
     * @param beta1        decay of the mean of gradients, in [0, 1)
     * @param beta2        decay of the mean of squared gradients, in [0, 1)
     * @param weightDecay  weight decay of tensors with two dimensions or more; the others have none
     * @param clip         the largest norm of the gradient; 0: no clipping
     * @param ema          decay of the moving average of the weights, which becomes the prior; in [0, 1)
     */
    public record Training(@MayChange int steps, int batch, int flowMul, int accumulation, OptimizerKind optimizer,
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
            return LearningRateSchedule.cosineWithWarmup(warmupStart, learningRate, lastRate, warmupSteps,
                    scheduledSteps());
        }

        Optimizer optimizer(Map<String, Tensor> parameters) {
            return optimizer.of(parameters, (name, parameter) -> parameter.dim() >= 2, this);
        }
    }

    /**
     * The measurements of the averaged weights.
     *
     * @param every       steps between evaluations; 0: only after the last step
     * @param rows        number of rows held out of the bank, and of samples that are compared with them
     * @param references  number of training rows among which neighbours are searched; all if the bank has fewer
     * @param sampleSteps steps of Euler's method
     * @param neighbour   k of log r_k
     * @param projections directions of the sliced Wasserstein distance
     */
    public record Evaluation(@MayChange int every, int rows, int references, int sampleSteps, int neighbour,
            int projections) {

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

    /** Returns the loader, with the presets {@code quick} (the default), {@code paper} and {@code official}. */
    public static ConfigLoader<FlowTrainingConfig> loader() {
        return new ConfigLoader<>("train-flow", FlowTrainingConfig.class, "quick", "paper", "official");
    }

    VelocityNetwork.Config network(int dimension) {
        return new VelocityNetwork.Config(dimension, 0, network.blocks(), network.width());
    }
}
