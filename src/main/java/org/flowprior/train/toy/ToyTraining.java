package org.flowprior.train.toy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.flowprior.console.Console;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.FlowModelFile;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.TimeWeighting;
import org.flowprior.torch.Device;
import org.flowprior.torch.optim.LearningRateSchedule;
import org.flowprior.train.CheckpointStore;
import org.flowprior.train.DivergedException;
import org.flowprior.train.MetricLog;
import org.flowprior.train.Position;
import org.flowprior.train.RunDirectory;
import org.flowprior.train.StoppedException;
import org.flowprior.train.TrainingLoop;

/**
 * The toy experiment (Sec. 5.1): trains the flow, freezes it, optimises the latents, and measures. Begins where the run
 * directory's newest checkpoint stands.
 */
public final class ToyTraining {

    private final RunDirectory run;
    private final ToyConfig config;
    private final MetricLog log;
    private final Console console;
    private final BooleanSupplier stop;

    /** The experiment of that config in that directory; {@code stop} is asked after each step. */
    public ToyTraining(RunDirectory run, ToyConfig config, MetricLog log, Console console, BooleanSupplier stop) {
        this.run = run;
        this.config = config;
        this.log = log;
        this.console = console;
        this.stop = stop;
    }

    /**
     * Trains the stages to their ends.
     *
     * @param withReport also aligns under the weighting that the config does not name, and measures the theory
     * @return what the figures show and the summary says
     * @throws StoppedException  when told to stop
     * @throws DivergedException when a loss is no finite number
     */
    public ToyResult run(boolean withReport) throws IOException {
        Optional<Path> newest = run.newestCheckpoint();
        Position position = newest.map(Position::of).orElse(null);
        if (position != null) {
            console.say("resuming after step " + position.phaseStep() + " of " + position.phase());
        }
        String phase = position == null ? ToyFlow.NAME : position.phase();
        CheckpointStore checkpoints = run.checkpoints(config.log().keepCheckpoints());
        TrainingLoop loop = new TrainingLoop(log, checkpoints, config.log().cadence(), console, stop);
        Path flow = run.path().resolve(ToyFlow.WEIGHTS);
        double seconds = phase.equals(ToyFlow.NAME) ? trainFlow(loop, newest.orElse(null), flow) : position.seconds();
        ToyConfig other = config.with(other(config.alignment().weighting()));
        try (FlowModel model = frozen(flow);
                ShownLikelihood likelihood = new ShownLikelihood(config, config.distribution());
                ToyAlignment first = new ToyAlignment(ToyAlignment.NAME, config, model, likelihood);
                ToyAlignment second = new ToyAlignment(nameOf(other), other, model, likelihood)) {
            if (phase.equals(second.name())) {
                first.loadFinished(run.path());
            } else {
                Path checkpoint = phase.equals(first.name()) ? newest.get() : null;
                seconds = loop.run(first, config.flow().steps(), config.alignment().steps(), seconds, checkpoint);
                first.finish(run.path());
            }
            Measurement measurement = new Measurement(config, model, likelihood);
            if (!withReport) {
                return measurement.of(first.aligned(), seconds);
            }
            seconds = loop.run(second, config.flow().steps() + config.alignment().steps(), config.alignment().steps(),
                    seconds, phase.equals(second.name()) ? newest.get() : null);
            second.finish(run.path());
            console.say("measuring for the report");
            ToyResult result = measurement.of(first.aligned(), seconds);
            long start = System.nanoTime();
            ToyReport report = new TheoryMeasurement(config, model).of(result, second.aligned());
            return result.with(report, result.seconds() + (System.nanoTime() - start) / 1e9);
        }
    }

    private static TimeWeighting other(TimeWeighting weighting) {
        return weighting == TimeWeighting.UNIFORM ? TimeWeighting.LIKELIHOOD : TimeWeighting.UNIFORM;
    }

    private static String nameOf(ToyConfig compared) {
        return ToyAlignment.NAME + "-" + compared.alignment().weighting().name().toLowerCase(Locale.ROOT);
    }

    private double trainFlow(TrainingLoop loop, Path checkpoint, Path weights) throws IOException {
        try (ToyFlow flow = new ToyFlow(config)) {
            double seconds = loop.run(flow, 0, config.flow().steps(), 0, checkpoint);
            FlowModelFile.write(weights, flow.model());
            return seconds;
        }
    }

    private FlowModel frozen(Path weights) {
        FlowModel model = FlowModelFile.read(weights, TimeConvention.PAPER);
        model.network().to(Device.of(config.device()));
        return model.freeze();
    }

    static LearningRateSchedule schedule(double first, double last, long steps) {
        return first == last ? LearningRateSchedule.constant(first)
                : LearningRateSchedule.cosineWithWarmup(first, first, last, 0, steps);
    }
}
