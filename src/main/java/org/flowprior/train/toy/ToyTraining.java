package org.flowprior.train.toy;

import java.io.IOException;
import java.nio.file.Path;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.FlowModelFile;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.TimeWeighting;
import org.flowprior.torch.Device;
import org.flowprior.torch.optim.LearningRateSchedule;
import org.flowprior.train.DivergedException;
import org.flowprior.train.Position;
import org.flowprior.train.StoppedException;
import org.flowprior.train.TrainingRun;

/**
 * The toy experiment (Sec. 5.1): trains the flow, freezes it, optimises the latents and measures. Continues from the
 * run's newest checkpoint.
 */
public final class ToyTraining {

    private final TrainingRun run;
    private final ToyConfig config;

    /** Makes the experiment of a config in a run. */
    public ToyTraining(TrainingRun run, ToyConfig config) {
        this.run = run;
        this.config = config;
    }

    /**
     * Trains the stages to their ends.
     *
     * @param withReport whether to align also under the weighting that the config does not have, and measure the theory
     * @return the content of the figures and the summary
     * @throws StoppedException  if told to stop
     * @throws DivergedException if a loss is not finite
     */
    public ToyResult run(boolean withReport) throws IOException {
        String phase = run.position().map(Position::phase).orElse(ToyFlow.NAME);
        run.position().ifPresent(from -> run.console().say("resuming after step " + from.phaseStep() + " of " + phase));
        Path weights = run.path().resolve(ToyFlow.WEIGHTS);
        if (phase.equals(ToyFlow.NAME)) {
            try (ToyFlow flow = new ToyFlow(config)) {
                run.train(flow, config.flow().steps(), config.log());
                FlowModelFile.write(weights, flow.model());
            }
        }
        boolean uniform = config.alignment().weighting() == TimeWeighting.UNIFORM;
        ToyConfig other = config.with(uniform ? TimeWeighting.LIKELIHOOD : TimeWeighting.UNIFORM);
        String otherName = ToyAlignment.NAME + (uniform ? "-likelihood" : "-uniform");
        try (FlowModel model = frozen(weights);
                ShownLikelihood likelihood = new ShownLikelihood(config, config.distribution());
                ToyAlignment first = new ToyAlignment(ToyAlignment.NAME, config, model, likelihood);
                ToyAlignment second = new ToyAlignment(otherName, other, model, likelihood)) {
            if (phase.equals(second.name())) {
                first.loadFinished(run.path());
            } else {
                run.train(first, config.alignment().steps(), config.log());
                first.finish(run.path());
            }
            Measurement measurement = new Measurement(config, model, likelihood);
            if (!withReport) {
                return measurement.of(first.aligned(), run.seconds());
            }
            run.train(second, config.alignment().steps(), config.log());
            second.finish(run.path());
            run.console().say("measuring for the report");
            ToyResult result = measurement.of(first.aligned(), run.seconds());
            long start = System.nanoTime();
            ToyReport report = new TheoryMeasurement(config, model, measurement).of(result, second.aligned());
            return result.with(report, result.seconds() + (System.nanoTime() - start) / 1e9);
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
