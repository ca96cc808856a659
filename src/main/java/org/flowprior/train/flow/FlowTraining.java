package org.flowprior.train.flow;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.flowprior.config.ConfigLoader;
import org.flowprior.target.FeatureBank;
import org.flowprior.train.Fingerprint;
import org.flowprior.train.Stage;
import org.flowprior.train.Training;
import org.flowprior.train.TrainingResult;
import org.flowprior.train.TrainingRun;

/**
 * Trains a flow prior on a feature bank (Sec. 4.1, App. C.2) and writes it as {@code prior.safetensors}. The evaluation
 * has {@code heldOutLoss} (mean over channels), {@code slicedWasserstein} and {@code logRadius} of samples, and {@code
 * dataSlicedWasserstein} and {@code dataLogRadius} of real features in place of samples.
 */
public final class FlowTraining implements Training<FlowTrainingConfig> {

    /** The prior's file in the run directory, a {@code FlowPrior} with averaged weights. */
    public static final String PRIOR = "prior.safetensors";

    /** The training of flow priors; it has no state. */
    public FlowTraining() {}

    @Override
    public ConfigLoader<FlowTrainingConfig> configs() {
        return FlowTrainingConfig.loader();
    }

    @Override
    public Opened open(FlowTrainingConfig config, boolean begins) {
        FlowData data = FlowData.open(config);
        try {
            if (begins) {
                data.requireFitting();
            }
            return new OnBank(config, data);
        } catch (RuntimeException e) {
            data.close();
            throw e;
        }
    }

    private static final class OnBank extends Opened {

        private final FlowTrainingConfig config;
        private final FlowData data;
        private FlowStage stage;

        OnBank(FlowTrainingConfig config, FlowData data) {
            super(config, config.training());
            this.config = config;
            this.data = data;
        }

        @Override
        protected Stage stage(TrainingRun run) {
            data.prepare(run.path().resolve(FlowData.FILE), run.console());
            stage = new FlowStage(config, data);
            run.console().detail("%d rows to train on, %d held out; %d channels, %d projected; scaling %s; %s"
                    .formatted(data.trainingRows(), data.heldOutRows().length, data.bank().dimension(),
                            data.dimension(), data.scaling(),
                            data.isCached() ? "kept on the device" : "read for each step"));
            return stage;
        }

        @Override
        protected Map<String, Fingerprint> inputs(Path run) throws IOException {
            Map<String, Fingerprint> inputs = new LinkedHashMap<>();
            inputs.put("data.bank", bank(config.data().bank()));
            if (!config.data().validationBank().isEmpty()) {
                inputs.put("data.validationBank", bank(config.data().validationBank()));
            }
            Path projection = run.resolve(FlowData.FILE);
            if (Files.exists(projection)) {
                inputs.put(FlowData.FILE, Fingerprint.ofFile(projection));
            }
            return inputs;
        }

        private static Fingerprint bank(String directory) throws IOException {
            return Fingerprint.ofStore(Path.of(directory, FeatureBank.DESCRIPTION));
        }

        @Override
        protected TrainingResult finish(TrainingRun run, Map<String, Double> evaluation) {
            Path prior = run.path().resolve(PRIOR);
            stage.writePrior(prior, provenance());
            JsonObject summary = new JsonObject();
            summary.addProperty("prior", PRIOR);
            summary.addProperty("bank", config.data().bank());
            summary.addProperty("trainingRows", data.trainingRows());
            summary.addProperty("heldOutRows", data.heldOutRows().length);
            summary.addProperty("features", data.bank().dimension());
            summary.addProperty("dimension", data.dimension());
            summary.addProperty("scaling", data.scaling());
            summary.addProperty("parameters", stage.model().network().parameterCount());
            evaluation.forEach(summary::addProperty);
            summary.addProperty("neighbour", config.evaluation().neighbour());
            addRun(summary, run);
            summary.addProperty("targetsOnDevice", data.isCached());
            return new TrainingResult(prior, evaluation, run.seconds(), summary);
        }

        /** Returns sorted entries without times and absolute paths, so that the same run gives the same file. */
        private Map<String, String> provenance() {
            Map<String, String> provenance = new TreeMap<>();
            provenance.put("bank", data.bank().directory().getFileName().toString());
            provenance.put("source", data.bank().source());
            provenance.put("rows", Long.toString(data.trainingRows()));
            addTraining(provenance, config.training().ema());
            return provenance;
        }

        @Override
        public void close() {
            try (FlowData opened = data; FlowStage trained = stage) {
                // closes the stage, then the data
            }
        }
    }
}
