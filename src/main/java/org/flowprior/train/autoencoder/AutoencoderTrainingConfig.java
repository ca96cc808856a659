package org.flowprior.train.autoencoder;

import static org.flowprior.config.ConfigRanges.atLeast;
import static org.flowprior.config.ConfigRanges.notNegative;

import java.nio.file.Path;
import java.util.function.Predicate;
import org.flowprior.autoencoder.AutoencoderLossConfig;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.ConfigRecords;
import org.flowprior.config.FilePath;
import org.flowprior.config.MayChange;
import org.flowprior.config.Settled;
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
 * <p>The presets: {@code quick} trains a small network on drawn images for minutes on two cores; {@code quick-kl} does
 * the same with smaller images and a KL bottleneck of 40 values, which a small generator can learn. {@code paper} has
 * the printed values of the aligned autoencoder, and the official ones where none are printed. {@code official} is what
 * the released code effectively runs for the aligned autoencoder; {@code official-ae}, {@code official-kl} and {@code
 * official-softvq} are the same without a prior and with those bottlenecks. The four priors of the paper differ only in
 * the file {@code loss.alignment.prior}.
 *
 * @param seed       seed of all random numbers
 * @param device     {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param threads    number of threads of an op on the CPU; 0 leaves the choice to libtorch
 * @param precision  precision of networks and losses
 * @param data       the images
 * @param model      the autoencoder
 * @param loss       the losses, with the discriminator and the flow prior
 * @param training   the steps
 * @param evaluation the measurements of the averaged weights
 * @param log        how often rows and checkpoints are written
 */
public record AutoencoderTrainingConfig(long seed, @MayChange String device, @MayChange int threads,
        Precision precision, Data data,
        AutoencoderModelConfig model, AutoencoderLossConfig loss, Training training, Evaluation evaluation, Logging log)
        implements StageConfig<AutoencoderTrainingConfig>, Settled<AutoencoderTrainingConfig> {

    /**
     * The images.
     *
     * @param images      a directory of images, a list of files, a {@code .tar}, a directory of those, or {@code
     *                    procedural:64?seed=0&count=10000} for images that are drawn when they are needed
     * @param validation  images for validation, in the same forms; empty: some of {@code images} are held out,
     *                    {@link Evaluation#images} of them, or a tenth if that would be more than half. Without this
     *                    key, a preset's drawn images serve only for {@code images} that are drawn too
     * @param smallest    the smallest share of the shorter side that a random crop keeps, in (0, 1]
     * @param flip        whether images are flipped with probability 1/2
     * @param skipCorrupt whether corrupt images are counted and left out; if not, the first ends the run
     * @param decoders    number of threads that read and decode
     */
    public record Data(@FilePath(except = ProceduralImages.SCHEME) String images,
            @FilePath(except = ProceduralImages.SCHEME) String validation, double smallest, boolean flip,
            boolean skipCorrupt, @MayChange int decoders) {

        /** Throws {@link IllegalArgumentException} for numbers out of range. */
        public Data {
            atLeast("decoders", decoders, 1);
            if (!(smallest > 0 && smallest <= 1)) {
                throw new IllegalArgumentException("smallest must be in (0, 1], not " + smallest);
            }
        }

        /** Returns whether drawn images validate what is trained on others. */
        boolean mixesDrawnImages() {
            return isDrawn(validation) && !isDrawn(images);
        }

        private static boolean isDrawn(String path) {
            return ProceduralImages.isSpecification(Path.of(path));
        }

        private Data withValidation(String path) {
            return ConfigRecords.with(this, "validation", path);
        }
    }

    /**
     * The steps. Both optimisers have the same settings and the same learning rate. It rises linearly from {@code
     * warmupStart} during the warm-up, then follows a cosine that counts from the first step.
     *
     * @param steps         number of steps, at least 1
     * @param batch         images of a step
     * @param accumulation  number of micro-batches of a step; batch norms, LeCAM averages and adaptive weights are
     *                      those of a micro-batch
     * @param optimizer     kind of both optimisers
     * @param learningRate  learning rate after the warm-up, above 0
     * @param warmupStart   learning rate at the start of the warm-up, at least 0
     * @param warmupSteps   number of steps of the warm-up; 0: no warm-up
     * @param lastRate      learning rate after the last step
     * @param beta1         decay of the mean of gradients, in [0, 1)
     * @param beta2         decay of the mean of squared gradients, in [0, 1)
     * @param weightDecay   weight decay, at least 0; AdamW leaves out biases and tensors with one dimension
     * @param clip          the largest norm of the gradient of each network; 0: no clipping
     * @param ema           decay of the moving average of the autoencoder's weights, in [0, 1)
     * @param checkpointing whether the activations of the transformer blocks are computed again during backward
     */
    public record Training(@MayChange int steps, int batch, int accumulation, OptimizerKind optimizer,
            double learningRate,
            double warmupStart, int warmupSteps, double lastRate, double beta1, double beta2, double weightDecay,
            double clip, double ema, @MayChange boolean checkpointing) implements TrainingSettings {

        @Override
        public void check() {
            TrainingSettings.super.check();
            notNegative("warmupStart", warmupStart);
        }

        LearningRateSchedule schedule() {
            return LearningRateSchedule.cosineWithWarmup(warmupStart, learningRate, lastRate, warmupSteps,
                    scheduledSteps());
        }
    }

    /**
     * The measurements of the averaged weights.
     *
     * @param every  steps between evaluations; 0: only after the last step
     * @param images number of validation images
     * @param batch  images of a batch
     * @param shown  images of a grid of originals and reconstructions; 0: no grid
     * @param bank   with a prior: the bank of the features that the prior was trained on, among whose rows the k-th
     *               neighbours of latent tokens are searched (Sec. 5.2, Fig. 4); empty: no search
     * @param points number of latent tokens whose neighbours are searched; all if the validation images have fewer
     * @param k      number of the neighbour; the paper does not say which
     */
    public record Evaluation(@MayChange int every, int images, int batch, int shown, @FilePath String bank, int points,
            int k) {

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

    @Override
    public AutoencoderTrainingConfig settled(Predicate<String> given) {
        return data.mixesDrawnImages() && !given.test("data.validation") ? withData(data.withValidation("")) : this;
    }

    /** Also takes the drawn validation images of a run of an older version, which kept them for any images. */
    @Override
    public AutoencoderTrainingConfig continuing(AutoencoderTrainingConfig begun) {
        AutoencoderTrainingConfig same = StageConfig.super.continuing(begun);
        return data.validation().isEmpty() && begun.data.mixesDrawnImages()
                ? same.withData(data.withValidation(begun.data.validation())) : same;
    }

    private AutoencoderTrainingConfig withData(Data other) {
        return ConfigRecords.with(this, "data", other);
    }

    /** Returns the loader, with the presets; {@code quick} is the default. */
    public static ConfigLoader<AutoencoderTrainingConfig> loader() {
        return new ConfigLoader<>("train-autoencoder", AutoencoderTrainingConfig.class, "quick", "quick-kl", "paper",
                "official", "official-ae", "official-kl", "official-softvq");
    }
}
