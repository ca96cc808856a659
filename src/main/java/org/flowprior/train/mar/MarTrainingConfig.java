package org.flowprior.train.mar;

import static org.flowprior.config.ConfigRanges.atLeast;
import static org.flowprior.config.ConfigRanges.notNegative;

import org.flowprior.config.ConfigLoader;
import org.flowprior.config.FilePath;
import org.flowprior.config.MayChange;
import org.flowprior.torch.Precision;
import org.flowprior.torch.optim.LearningRateSchedule;
import org.flowprior.train.Logging;
import org.flowprior.train.StageConfig;
import org.flowprior.train.TrainingSettings;

/**
 * The config of {@code flowprior train-mar} (Sec. 5.2, App. C.4, Table 3).
 *
 * <p>The presets: {@code quick} trains a small network for minutes on two cores. {@code paper} has the printed values,
 * and the official ones where none are printed. {@code official} is what the released code effectively runs on its
 * eight devices, with their images in one batch. Both are MAR-B with a flow head.
 *
 * @param seed       seed of all random numbers
 * @param device     {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param threads    number of threads of an op on the CPU; 0 leaves the choice to libtorch
 * @param precision  precision of network and loss
 * @param data       the latents
 * @param model      the generator
 * @param training   the steps
 * @param evaluation the measurements of the averaged weights
 * @param log        how often rows and checkpoints are written
 */
public record MarTrainingConfig(long seed, @MayChange String device, @MayChange int threads, Precision precision,
        Data data,
        MarModelConfig model, Training training, Evaluation evaluation, Logging log)
        implements StageConfig<MarTrainingConfig> {

    /** The learning rate after the warm-up. */
    public enum Schedule {
        /** Constant. */
        CONSTANT,
        /** A cosine that begins at the end of the warm-up. */
        COSINE
    }

    /**
     * The latents.
     *
     * @param cache      directory of the cache to train on, made by {@code encode}
     * @param validation directory of the cache for evaluation; empty: images are held out of {@code cache}
     * @param scaling    factor of the latents; 0: that of the cache
     * @param flip       whether images are flipped with probability 1/2
     */
    public record Data(@FilePath String cache, @FilePath String validation, double scaling, boolean flip) {

        /** Throws {@link IllegalArgumentException} for a negative factor. */
        public Data {
            notNegative("scaling", scaling);
        }
    }

    /**
     * The steps. The learning rate rises linearly from 0 during the warm-up, so the first step changes nothing.
     *
     * @param steps         number of steps, at least 1
     * @param batch         images of a step
     * @param accumulation  number of micro-batches of a step; the gradient is the mean over all of them
     * @param learningRate  learning rate after the warm-up, above 0
     * @param schedule      schedule after the warm-up
     * @param warmupSteps   number of steps of the warm-up; 0: no warm-up
     * @param lastRate      learning rate of a cosine after the last step
     * @param beta1         AdamW's decay of the mean of gradients, in [0, 1)
     * @param beta2         AdamW's decay of the mean of squared gradients, in [0, 1)
     * @param weightDecay   weight decay of tensors with two dimensions or more outside the head; the others have none
     * @param clip          the largest norm of the gradient; 0: no clipping
     * @param ema           decay of the moving average of the weights, with which samples are drawn; in [0, 1)
     * @param checkpointing whether the activations of the transformer blocks are computed again during backward
     */
    public record Training(@MayChange int steps, int batch, int accumulation, double learningRate, Schedule schedule,
            int warmupSteps, double lastRate, double beta1, double beta2, double weightDecay, double clip, double ema,
            @MayChange boolean checkpointing) implements TrainingSettings {

        LearningRateSchedule rate() {
            return switch (schedule) {
                case CONSTANT -> LearningRateSchedule.constantWithWarmup(learningRate, warmupSteps);
                case COSINE -> LearningRateSchedule.cosineAfterWarmup(learningRate, lastRate, warmupSteps,
                        scheduledSteps());
            };
        }
    }

    /**
     * The measurements of the averaged weights.
     *
     * @param every  steps between evaluations; 0: only after the last step
     * @param images number of images for evaluation; 0: none, all are trained on and nothing is measured
     * @param batch  images of a batch
     */
    public record Evaluation(@MayChange int every, int images, int batch) {

        /** Throws {@link IllegalArgumentException} for numbers that are too small. */
        public Evaluation {
            atLeast("every", every, 0);
            atLeast("images", images, 0);
            atLeast("batch", batch, 1);
        }
    }

    /** Throws {@link IllegalArgumentException} as {@link StageConfig#check} does. */
    public MarTrainingConfig {
        StageConfig.check(device, threads, training);
    }

    /** Returns the loader, with the presets {@code quick} (the default), {@code paper} and {@code official}. */
    public static ConfigLoader<MarTrainingConfig> loader() {
        return new ConfigLoader<>("train-mar", MarTrainingConfig.class, "quick", "paper", "official");
    }
}
