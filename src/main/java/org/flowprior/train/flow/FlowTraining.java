package org.flowprior.train.flow;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
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
 * Trains a flow prior on a feature bank (Sec. 4.1, App. C.2) and writes it as {@code prior.safetensors}. Begins where
 * the run directory's newest checkpoint stands; the files are then those of a run that was never interrupted, to the
 * byte.
 */
public final class FlowTraining {

    /** The prior's file in the run directory. */
    public static final String PRIOR = "prior.safetensors";

    private final RunDirectory run;
    private final FlowTrainingConfig config;
    private final MetricLog log;
    private final Console console;
    private final BooleanSupplier stop;

    /** The training of that config in that directory; {@code stop} is asked after each step. */
    public FlowTraining(RunDirectory run, FlowTrainingConfig config, MetricLog log, Console console,
                        BooleanSupplier stop) {
        this.run = run;
        this.config = config;
        this.log = log;
        this.console = console;
        this.stop = stop;
    }

    /**
     * Looks whether there is a bank that the config fits, before a run is begun on it.
     *
     * @throws RequestException         when the bank is too small, or its features cannot be projected as asked
     * @throws IllegalArgumentException when the config's bank is none
     */
    public static void requireFitting(FlowTrainingConfig config) {
        FlowData.requireFitting(config);
    }

    /**
     * Trains to the end.
     *
     * @throws StoppedException         when told to stop
     * @throws DivergedException        when a metric is no finite number; the newest checkpoint is of a step before
     * @throws RequestException         when the bank cannot be trained on
     * @throws IllegalArgumentException when the config's bank is none
     */
    public FlowTrainingResult run() throws IOException {
        Path newest = run.newestCheckpoint().orElse(null);
        if (newest != null) {
            console.say("resuming after step " + Position.of(newest).phaseStep());
        }
        try (FlowData data = FlowData.open(config, run.path().resolve(FlowData.FILE), console);
                FlowEvaluation evaluation = new FlowEvaluation(config, data);
                FlowStage stage = new FlowStage(config, data, evaluation)) {
            describe(data);
            TrainingLoop loop = new TrainingLoop(log, run.checkpoints(config.log().keepCheckpoints()),
                    config.log().cadence(), console, stop);
            double seconds = loop.run(stage, 0, config.training().steps(), 0, newest);
            Path prior = run.path().resolve(PRIOR);
            stage.writePrior(prior, provenance(data));
            return new FlowTrainingResult(prior, stage.finalEvaluation(), data.trainingRows(),
                    data.heldOutRows().length, data.bank().dimension(), data.dimension(), data.scaling(),
                    stage.model().network().parameterCount(), data.isCached(), seconds);
        }
    }

    private void describe(FlowData data) {
        console.detail("%d rows to train on, %d held out; %d channels, %d projected; scaling %s; %s".formatted(
                data.trainingRows(), data.heldOutRows().length, data.bank().dimension(), data.dimension(),
                data.scaling(), data.isCached() ? "kept on the device" : "read for each step"));
    }

    /** Sorted, and without times and whole paths: the same run gives the same file. */
    private Map<String, String> provenance(FlowData data) {
        Map<String, String> provenance = new TreeMap<>();
        provenance.put("bank", data.bank().directory().getFileName().toString());
        provenance.put("source", data.bank().source());
        provenance.put("rows", Long.toString(data.trainingRows()));
        provenance.put("steps", Integer.toString(config.training().steps()));
        provenance.put("seed", Long.toString(config.seed()));
        provenance.put("weights", "moving average, decay " + config.training().ema());
        return provenance;
    }
}
