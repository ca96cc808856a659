package org.flowprior.train.mar;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.flowprior.config.ConfigLoader;
import org.flowprior.data.latents.LatentCache;
import org.flowprior.mar.Mar;
import org.flowprior.train.Fingerprint;
import org.flowprior.train.Stage;
import org.flowprior.train.Training;
import org.flowprior.train.TrainingResult;
import org.flowprior.train.TrainingRun;

/**
 * Trains the generator on cached latents (Sec. 5.2, App. C.4) and writes it as {@code mar.safetensors}. The evaluation
 * has {@code heldOutLoss} (mean over channels). It is empty if no images are held out.
 */
public final class MarTraining implements Training<MarTrainingConfig> {

    /** The generator's file in the run directory, averaged weights under the official keys. */
    public static final String GENERATOR = "mar.safetensors";

    /** The training of generators; it has no state. */
    public MarTraining() {}

    @Override
    public ConfigLoader<MarTrainingConfig> configs() {
        return MarTrainingConfig.loader();
    }

    @Override
    public Opened open(MarTrainingConfig config, boolean begins) {
        MarData data = MarData.open(config);
        try {
            if (begins) {
                MarNetworks.requireFitting(config, data);
            }
            return new OnLatents(config, data);
        } catch (RuntimeException e) {
            data.close();
            throw e;
        }
    }

    private static final class OnLatents extends Opened {

        private final MarTrainingConfig config;
        private final MarData data;
        private Mar mar;
        private MarStage stage;

        OnLatents(MarTrainingConfig config, MarData data) {
            super(config, config.training());
            this.config = config;
            this.data = data;
        }

        @Override
        protected Stage stage(TrainingRun run) {
            mar = MarNetworks.create(config, data, run.position().isEmpty());
            stage = new MarStage(config, data, mar);
            run.console().detail(("%d images to train on, %d held out; %d tokens of %d channels, %d classes, scaling "
                    + "%s; %d parameters; batch %d, learning rate %s, %d steps a pass").formatted(data.trainingImages(),
                            data.heldOutImages(), data.tokens(), data.channels(), data.classes().size(), data.scaling(),
                            mar.parameterCount(), config.training().batch(), config.training().learningRate(),
                            data.stepsOfPass()));
            return stage;
        }

        @Override
        protected Map<String, Fingerprint> inputs(Path run) throws IOException {
            Map<String, Fingerprint> inputs = new LinkedHashMap<>();
            inputs.put("data.cache", cache(config.data().cache()));
            if (!config.data().validation().isEmpty()) {
                inputs.put("data.validation", cache(config.data().validation()));
            }
            return inputs;
        }

        private static Fingerprint cache(String directory) throws IOException {
            return Fingerprint.ofStore(Path.of(directory, LatentCache.DESCRIPTION));
        }

        @Override
        protected TrainingResult finish(TrainingRun run, Map<String, Double> evaluation) {
            Path generator = run.path().resolve(GENERATOR);
            stage.writeGenerator(generator, provenance());
            JsonObject summary = new JsonObject();
            summary.addProperty("generator", GENERATOR);
            summary.addProperty("cache", config.data().cache());
            summary.addProperty("trainingImages", data.trainingImages());
            summary.addProperty("heldOutImages", data.heldOutImages());
            summary.addProperty("tokens", data.tokens());
            summary.addProperty("channels", data.channels());
            summary.addProperty("classes", data.classes().size());
            summary.addProperty("scaling", data.scaling());
            summary.addProperty("parameters", mar.parameterCount());
            evaluation.forEach(summary::addProperty);
            addRun(summary, run);
            return new TrainingResult(generator, evaluation, run.seconds(), summary);
        }

        /** Returns sorted entries without times and absolute paths, so that the same run gives the same file. */
        private Map<String, String> provenance() {
            Map<String, String> provenance = new TreeMap<>();
            provenance.put("cache", data.cache().directory().getFileName().toString());
            String autoencoder = data.cache().provenance().get("weightsCrc32c");
            if (autoencoder != null) {
                provenance.put("autoencoderCrc32c", autoencoder);
            }
            provenance.put("images", Long.toString(data.trainingImages()));
            addTraining(provenance, config.training().ema());
            return provenance;
        }

        @Override
        public void close() {
            try (MarData opened = data; Mar network = mar; MarStage trained = stage) {
                // closes the stage, then the network, then the data
            }
        }
    }
}
