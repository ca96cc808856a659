package org.flowprior.train.autoencoder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.train.DivergedException;
import org.flowprior.train.MetricLog;
import org.flowprior.train.Position;
import org.flowprior.train.RunDirectory;
import org.flowprior.train.StoppedException;
import org.flowprior.train.TrainingLoop;

/**
 * Trains an autoencoder on images (Sec. 4.2, 5.2, App. C.3), its latents pulled towards a flow prior where the config
 * names one, and writes it as {@code autoencoder.safetensors}. Begins where the run directory's newest checkpoint
 * stands; the files are then those of a run that was never interrupted, to the byte.
 */
public final class AutoencoderTraining {

    /** The autoencoder's file in the run directory, averaged weights under the official keys. */
    public static final String AUTOENCODER = "autoencoder.safetensors";
    /** The discriminator's file, under the official keys. */
    public static final String DISCRIMINATOR = "discriminator.safetensors";

    private final RunDirectory run;
    private final AutoencoderTrainingConfig config;
    private final MetricLog log;
    private final Console console;
    private final BooleanSupplier stop;

    /** The training of that config in that directory; {@code stop} is asked after each step. */
    public AutoencoderTraining(RunDirectory run, AutoencoderTrainingConfig config, MetricLog log, Console console,
                               BooleanSupplier stop) {
        this.run = run;
        this.config = config;
        this.log = log;
        this.console = console;
        this.stop = stop;
    }

    /**
     * Looks whether images, weights and features are there and fit the config, before a run is begun on them.
     *
     * @throws RequestException         when something is missing or does not fit
     * @throws IllegalArgumentException when a file is not what the config says
     */
    public static void requireFitting(AutoencoderTrainingConfig config) throws IOException {
        AutoencoderNetworks.requireFiles(config);
        LatentDistances.requireFitting(config);
        AutoencoderData.open(config).close();
    }

    /**
     * Trains to the end.
     *
     * @throws StoppedException         when told to stop
     * @throws DivergedException        when a metric is no finite number; the newest checkpoint is of a step before
     * @throws RequestException         when images or weights do not fit
     * @throws IllegalArgumentException when a file is not what the config says
     */
    public AutoencoderTrainingResult run() throws IOException {
        Path newest = run.newestCheckpoint().orElse(null);
        if (newest != null) {
            console.say("resuming after step " + Position.of(newest).phaseStep());
        }
        try (AutoencoderData data = AutoencoderData.open(config);
                AutoencoderNetworks networks = AutoencoderNetworks.create(config, newest == null);
                AutoencoderStage stage = new AutoencoderStage(config, data, networks,
                        new AutoencoderEvaluation(config, data, run.path(), log))) {
            describe(data, networks);
            TrainingLoop loop = new TrainingLoop(log, run.checkpoints(config.log().keepCheckpoints()),
                    config.log().cadence(), console, stop);
            double seconds = loop.run(stage, 0, config.training().steps(), 0, newest);
            stage.writeNetworks(run.path());
            boolean adversarial = networks.discriminator() != null;
            return new AutoencoderTrainingResult(run.path().resolve(AUTOENCODER),
                    adversarial ? run.path().resolve(DISCRIMINATOR) : null, stage.finalEvaluation(),
                    data.trainingImages(), data.validationImages(), data.corrupt().size(),
                    networks.autoencoder().parameterCount(),
                    adversarial ? networks.discriminator().parameterCount() : 0, seconds);
        }
    }

    private void describe(AutoencoderData data, AutoencoderNetworks networks) {
        console.detail("%d images to train on, %d to validate on; %d parameters, discriminator %s".formatted(
                data.trainingImages(), data.validationImages(), networks.autoencoder().parameterCount(),
                networks.discriminator() == null ? "none" : networks.discriminator().parameterCount()));
    }
}
