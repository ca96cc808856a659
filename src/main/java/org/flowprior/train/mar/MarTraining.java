package org.flowprior.train.mar;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.mar.Mar;
import org.flowprior.train.DivergedException;
import org.flowprior.train.MetricLog;
import org.flowprior.train.Position;
import org.flowprior.train.RunDirectory;
import org.flowprior.train.StoppedException;
import org.flowprior.train.TrainingLoop;

/**
 * Trains the generator on cached latents (Sec. 5.2, App. C.4) and writes it as {@code mar.safetensors}. Begins where
 * the run directory's newest checkpoint stands; the files are then those of a run that was never interrupted, to the
 * byte.
 */
public final class MarTraining {

    /** The generator's file in the run directory, averaged weights under the official keys. */
    public static final String GENERATOR = "mar.safetensors";

    private final RunDirectory run;
    private final MarTrainingConfig config;
    private final MetricLog log;
    private final Console console;
    private final BooleanSupplier stop;

    /** The training of that config in that directory; {@code stop} is asked after each step. */
    public MarTraining(RunDirectory run, MarTrainingConfig config, MetricLog log, Console console,
                       BooleanSupplier stop) {
        this.run = run;
        this.config = config;
        this.log = log;
        this.console = console;
        this.stop = stop;
    }

    /**
     * Looks whether there are latents that the config fits, before a run is begun on them.
     *
     * @throws RequestException         when the cache is too small, or not what the config says
     * @throws IllegalArgumentException when the config's cache is none
     */
    public static void requireFitting(MarTrainingConfig config) {
        try (MarData data = MarData.open(config)) {
            MarNetworks.requireFitting(config, data);
        }
    }

    /**
     * Trains to the end.
     *
     * @throws StoppedException         when told to stop
     * @throws DivergedException        when a metric is no finite number; the newest checkpoint is of a step before
     * @throws RequestException         when the cache cannot be trained on
     * @throws IllegalArgumentException when the config's cache is none
     */
    public MarTrainingResult run() throws IOException {
        Path newest = run.newestCheckpoint().orElse(null);
        if (newest != null) {
            console.say("resuming after step " + Position.of(newest).phaseStep());
        }
        try (MarData data = MarData.open(config);
                Mar mar = MarNetworks.create(config, data, newest == null);
                MarStage stage = new MarStage(config, data, mar)) {
            describe(data, mar);
            TrainingLoop loop = new TrainingLoop(log, run.checkpoints(config.log().keepCheckpoints()),
                    config.log().cadence(), console, stop);
            double seconds = loop.run(stage, 0, config.training().steps(), 0, newest);
            Path generator = run.path().resolve(GENERATOR);
            stage.writeGenerator(generator, provenance(data));
            return new MarTrainingResult(generator, stage.finalEvaluation(), data.trainingImages(),
                    data.heldOutImages(), data.tokens(), data.channels(), data.classes().size(), data.scaling(),
                    mar.parameterCount(), seconds);
        }
    }

    private void describe(MarData data, Mar mar) {
        console.detail(("%d images to train on, %d held out; %d tokens of %d channels, %d classes, scaling %s; %d "
                + "parameters; batch %d, learning rate %s, %d steps a pass").formatted(data.trainingImages(),
                data.heldOutImages(), data.tokens(), data.channels(), data.classes().size(), data.scaling(),
                mar.parameterCount(), config.training().batch(), config.training().learningRate(),
                data.stepsOfPass()));
    }

    /** Sorted, and without times and whole paths: the same run gives the same file. */
    private Map<String, String> provenance(MarData data) {
        Map<String, String> provenance = new TreeMap<>();
        provenance.put("cache", data.cache().directory().getFileName().toString());
        String autoencoder = data.cache().provenance().get("weightsCrc32c");
        if (autoencoder != null) {
            provenance.put("autoencoderCrc32c", autoencoder);
        }
        provenance.put("images", Long.toString(data.trainingImages()));
        provenance.put("steps", Integer.toString(config.training().steps()));
        provenance.put("seed", Long.toString(config.seed()));
        provenance.put("weights", "moving average, decay " + config.training().ema());
        return provenance;
    }
}
