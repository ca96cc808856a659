package org.flowprior.train.autoencoder;

import static org.flowprior.config.ConfigRanges.atLeast;
import static org.flowprior.config.ConfigRanges.notNegative;

import org.flowprior.autoencoder.AutoencoderLossConfig;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.FilePath;
import org.flowprior.data.ProceduralImages;
import org.flowprior.torch.Precision;
import org.flowprior.torch.optim.LearningRateSchedule;
import org.flowprior.train.Logging;
import org.flowprior.train.OptimizerKind;
import org.flowprior.train.StageConfig;
import org.flowprior.train.TrainingSettings;

/**
 * The config of {@code flowprior train-autoencoder} (Sec. 5.2, App. C.3, Table 3).
 *
 * <p>The presets: {@code quick} trains a small network on drawn images for minutes on two cores; {@code quick-kl}
 * does on smaller ones, with a KL bottleneck of 40 numbers that a small generator learns. {@code paper} has the
 * printed values of the aligned autoencoder, and the official ones where none are printed. {@code official} is what
 * the released code effectively runs for the aligned autoencoder; {@code official-ae}, {@code official-kl} and {@code
 * official-softvq} are the same without a prior and with those bottlenecks. The four priors of the paper differ by
 * the file that {@code loss.alignment.prior} names alone.
 *
 * @param seed       fixes everything
 * @param device     {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param threads    threads of an op on the CPU; 0 leaves the choice to libtorch
 * @param precision  of networks and losses
 * @param data       the images
 * @param model      the autoencoder
 * @param loss       the losses, with the discriminator and the flow prior
 * @param training   the steps
 * @param evaluation what is measured
 * @param log        what is written along the way
 */
public record AutoencoderTrainingConfig(long seed, String device, int threads, Precision precision, Data data,
                                        AutoencoderModelConfig model, AutoencoderLossConfig loss, Training training,
                                        Evaluation evaluation, Logging log)
        implements StageConfig<AutoencoderTrainingConfig> {

    /**
     * The images.
     *
     * @param images      a directory of images, a list of files, a {@code .tar}, a directory of those, or {@code
     *                    procedural:64?seed=0&count=10000} for images that are drawn on the way
     * @param validation  images never trained on, in the same forms; empty: some of {@code images} are held out
     * @param smallest    the least share of the shorter side that a random crop keeps
     * @param flip        whether every other image, by chance, is flipped
     * @param skipCorrupt whether corrupt images are counted and left out, else the first ends the run
     * @param decoders    threads that read and decode
     */
    public record Data(@FilePath(except = ProceduralImages.SCHEME) String images,
                       @FilePath(except = ProceduralImages.SCHEME) String validation, double smallest, boolean flip,
                       boolean skipCorrupt, int decoders) {

        /** Throws {@link IllegalArgumentException} for numbers out of range. */
        public Data {
            atLeast("decoders", decoders, 1);
            if (!(smallest > 0 && smallest <= 1)) {
                throw new IllegalArgumentException("smallest must be in (0, 1], not " + smallest);
            }
        }
    }

    /**
     * The steps. Both optimisers have the same settings and the same rate, which is on a straight line from {@code
     * warmupStart} over the warm-up, then on a cosine whose clock runs from the first step.
     *
     * @param steps         how many, at least 1
     * @param batch         images of a step
     * @param accumulation  micro-batches that a step is computed in; batch norms, LeCAM averages and adaptive weights
     *                      are those of a micro-batch
     * @param optimizer     the kind of both optimisers
     * @param learningRate  what the warm-up leads to and the cosine falls from, above 0
     * @param warmupStart   the rate that the warm-up begins with, at least 0
     * @param warmupSteps   steps of the warm-up, fewer than all; 0: none
     * @param lastRate      what the rate has come to behind the last step
     * @param beta1         the decay of the mean of gradients, in [0, 1)
     * @param beta2         the decay of the mean of their squares, in [0, 1)
     * @param weightDecay   at least 0; AdamW leaves out biases and tensors of one dimension
     * @param clip          the largest norm of the gradient of either network; 0: any
     * @param ema           decay of the moving average of the autoencoder's weights
     * @param checkpointing whether the activations of the transformer blocks are computed again during backward
     */
    public record Training(int steps, int batch, int accumulation, OptimizerKind optimizer, double learningRate,
                           double warmupStart, int warmupSteps, double lastRate, double beta1, double beta2,
                           double weightDecay, double clip, double ema, boolean checkpointing)
            implements TrainingSettings {

        @Override
        public void check() {
            TrainingSettings.super.check();
            notNegative("warmupStart", warmupStart);
        }

        LearningRateSchedule schedule() {
            return LearningRateSchedule.cosineWithWarmup(warmupStart, learningRate, lastRate, warmupSteps, steps);
        }
    }

    /**
     * What is measured with the averaged weights, along the way and behind the last step.
     *
     * @param every  steps between; 0: only behind the last one
     * @param images validation images that are measured
     * @param batch  images at a time
     * @param shown  images of a grid of originals and reconstructions; 0: no grid
     * @param bank   with a prior: the bank of the features that the prior was trained on, among whose rows the k-th
     *               neighbours of latent tokens are looked for (Sec. 5.2, Fig. 4); empty: without
     * @param points latent tokens whose neighbours are looked for; validation images with fewer give all they have
     * @param k      which neighbour; the paper does not say
     */
    public record Evaluation(int every, int images, int batch, int shown, @FilePath String bank, int points, int k) {

        /** Throws {@link IllegalArgumentException} for numbers that are too small. */
        public Evaluation {
            atLeast("every", every, 0);
            atLeast("images", images, 1);
            atLeast("batch", batch, 1);
            atLeast("shown", shown, 0);
            atLeast("points", points, 1);
            atLeast("k", k, 1);
        }
    }

    /** Throws {@link IllegalArgumentException} as {@link StageConfig#check} does. */
    public AutoencoderTrainingConfig {
        StageConfig.check(device, threads, model, training);
    }

    /** The loader, with the presets; {@code quick} is the default. */
    public static ConfigLoader<AutoencoderTrainingConfig> loader() {
        return new ConfigLoader<>("train-autoencoder", AutoencoderTrainingConfig.class, "quick", "quick-kl", "paper",
                "official", "official-ae", "official-kl", "official-softvq");
    }
}
