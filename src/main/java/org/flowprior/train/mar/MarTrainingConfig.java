package org.flowprior.train.mar;

import static org.flowprior.config.ConfigRanges.atLeast;
import static org.flowprior.config.ConfigRanges.notNegative;

import org.flowprior.config.ConfigLoader;
import org.flowprior.config.FilePath;
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
 * @param seed       fixes everything
 * @param device     {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param threads    threads of an op on the CPU; 0 leaves the choice to libtorch
 * @param precision  of network and loss
 * @param data       the latents
 * @param model      the generator
 * @param training   the steps
 * @param evaluation what is measured
 * @param log        what is written along the way
 */
public record MarTrainingConfig(long seed, String device, int threads, Precision precision, Data data,
                                MarModelConfig model, Training training, Evaluation evaluation, Logging log)
        implements StageConfig<MarTrainingConfig> {

    /** What the learning rate does behind the warm-up. */
    public enum Schedule {
        /** It stays. */
        CONSTANT,
        /** It falls on a cosine that begins where the warm-up ends. */
        COSINE
    }

    /**
     * The latents.
     *
     * @param cache      directory of the cache to train on, as {@code encode} makes it
     * @param validation directory of the cache that evaluation measures on; empty: images are held out of {@code cache}
     * @param scaling    what latents are multiplied by; 0: what the cache says
     * @param flip       whether every other image, by chance, is flipped
     */
    public record Data(@FilePath String cache, @FilePath String validation, double scaling, boolean flip) {

        /** Throws {@link IllegalArgumentException} for a negative factor. */
        public Data {
            notNegative("scaling", scaling);
        }
    }

    /**
     * The steps. The rate is on a straight line from 0 over the warm-up, so that the first step changes nothing.
     *
     * @param steps         how many, at least 1
     * @param batch         images of a step
     * @param accumulation  micro-batches that a step is computed in; the gradient is the mean over all of them
     * @param learningRate  what the warm-up leads to, above 0
     * @param schedule      what the rate does behind the warm-up
     * @param warmupSteps   steps of the warm-up, fewer than all; 0: none
     * @param lastRate      what a cosine has come to behind the last step
     * @param beta1         AdamW's decay of the mean of gradients, in [0, 1)
     * @param beta2         AdamW's decay of the mean of their squares, in [0, 1)
     * @param weightDecay   of tensors of two dimensions and more outside the head; the others have none
     * @param clip          the largest norm of the gradient; 0: any
     * @param ema           decay of the moving average of the weights, which is what samples are drawn with
     * @param checkpointing whether the activations of the transformer blocks are computed again during backward
     */
    public record Training(int steps, int batch, int accumulation, double learningRate, Schedule schedule,
                           int warmupSteps, double lastRate, double beta1, double beta2, double weightDecay,
                           double clip, double ema, boolean checkpointing) implements TrainingSettings {

        LearningRateSchedule rate() {
            return switch (schedule) {
                case CONSTANT -> LearningRateSchedule.constantWithWarmup(learningRate, warmupSteps);
                case COSINE -> LearningRateSchedule.cosineAfterWarmup(learningRate, lastRate, warmupSteps, steps);
            };
        }
    }

    /**
     * What is measured with the averaged weights, along the way and behind the last step.
     *
     * @param every  steps between; 0: only behind the last one
     * @param images images that are measured; 0: none, all are trained on and nothing is measured
     * @param batch  images at a time
     */
    public record Evaluation(int every, int images, int batch) {

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

    /** The loader, with the presets {@code quick} (the default), {@code paper} and {@code official}. */
    public static ConfigLoader<MarTrainingConfig> loader() {
        return new ConfigLoader<>("train-mar", MarTrainingConfig.class, "quick", "paper", "official");
    }
}
