package org.flowprior.train.autoencoder;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.autoencoder.Discriminator;
import org.flowprior.config.ConfigLoader;
import org.flowprior.console.Console;
import org.flowprior.target.FeatureBank;
import org.flowprior.train.Fingerprint;
import org.flowprior.train.Stage;
import org.flowprior.train.Training;
import org.flowprior.train.TrainingResult;
import org.flowprior.train.TrainingRun;

/**
 * Trains an autoencoder on images (Sec. 4.2, 5.2, App. C.3) and writes it as {@code autoencoder.safetensors}. If the
 * config names a flow prior, the latents are aligned with it. The evaluation on validation images has {@code psnr},
 * {@code ssim}, {@code reconstruction} (mean squared difference), and with a prior {@code alignment}.
 */
public final class AutoencoderTraining implements Training<AutoencoderTrainingConfig> {

    /** The autoencoder's file in the run directory, averaged weights under the official keys. */
    public static final String AUTOENCODER = "autoencoder.safetensors";
    /** The discriminator's file, under the official keys; there is none without a discriminator. */
    public static final String DISCRIMINATOR = "discriminator.safetensors";

    /** The training of autoencoders; it has no state. */
    public AutoencoderTraining() {}

    @Override
    public ConfigLoader<AutoencoderTrainingConfig> configs() {
        return AutoencoderTrainingConfig.loader();
    }

    @Override
    public Opened open(AutoencoderTrainingConfig config, boolean begins) throws IOException {
        if (begins) {
            AutoencoderNetworks.requireFiles(config);
            LatentDistances.requireFitting(config);
        }
        return new OnImages(config, new AutoencoderData(config));
    }

    private static final class OnImages extends Opened {

        private final AutoencoderTrainingConfig config;
        private final AutoencoderData data;
        private AutoencoderNetworks networks;
        private AutoencoderStage stage;

        OnImages(AutoencoderTrainingConfig config, AutoencoderData data) {
            super(config, config.training());
            this.config = config;
            this.data = data;
        }

        @Override
        protected Stage stage(TrainingRun run) throws IOException {
            networks = AutoencoderNetworks.create(config, run.position().isEmpty());
            stage = new AutoencoderStage(config, data, networks,
                    new AutoencoderEvaluation(config, data, run.path(), run.log()));
            sayValidation(run.console());
            stage.acceptOtherImages(run.acceptsChangedData());
            run.console().detail("%d images to train on, %d to validate on; %d parameters, discriminator %s".formatted(
                    data.trainingImages(), data.validationImages(), networks.autoencoder().parameterCount(),
                    networks.discriminator() == null ? "none" : networks.discriminator().parameterCount()));
            return stage;
        }

        private void sayValidation(Console console) {
            AutoencoderTrainingConfig.Data named = config.data();
            if (named.validation().isEmpty()) {
                console.say("validating on %d of the images, held out; training on the other %d (--validation names "
                        .formatted(data.validationImages(), data.trainingImages()) + "other images)");
            } else if (named.mixesDrawnImages()) {
                console.say("validating on drawn images, " + named.validation() + ", which are not like those of "
                        + named.images());
            }
        }

        @Override
        protected Map<String, Fingerprint> inputs(Path run) throws IOException {
            Map<String, Fingerprint> inputs = new LinkedHashMap<>(data.fingerprints());
            inputs.putAll(AutoencoderNetworks.fingerprints(config));
            if (!config.evaluation().bank().isEmpty()) {
                inputs.put("evaluation.bank",
                        Fingerprint.ofStore(Path.of(config.evaluation().bank(), FeatureBank.DESCRIPTION)));
            }
            return inputs;
        }

        @Override
        protected TrainingResult finish(TrainingRun run, Map<String, Double> evaluation) {
            stage.writeNetworks(run.path());
            Discriminator discriminator = networks.discriminator();
            JsonObject summary = new JsonObject();
            summary.addProperty("autoencoder", AUTOENCODER);
            if (discriminator != null) {
                summary.addProperty("discriminator", DISCRIMINATOR);
            }
            summary.addProperty("images", config.data().images());
            summary.addProperty("prior", config.loss().alignment().prior());
            summary.addProperty("trainingImages", data.trainingImages());
            summary.addProperty("validationImages", data.validationImages());
            summary.addProperty("corruptImages", data.corrupt().size());
            summary.addProperty("parameters", networks.autoencoder().parameterCount());
            summary.addProperty("discriminatorParameters", discriminator == null ? 0 : discriminator.parameterCount());
            evaluation.forEach(summary::addProperty);
            addRun(summary, run);
            return new TrainingResult(run.path().resolve(AUTOENCODER), evaluation, run.seconds(), summary);
        }

        @Override
        public void close() {
            try (AutoencoderData opened = data; AutoencoderNetworks used = networks; AutoencoderStage trained = stage) {
                // closes the stage, then the networks, then the data
            }
        }
    }
}
