package org.flowprior.train;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.flowprior.config.Json;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;

/**
 * A run of training: the directory with its lock and config, the log of metrics, the checkpoints, the training loop and
 * the summary. Trains any {@link Stage}:
 *
 * <pre>{@code
 * try (TrainingRun run = TrainingRun.open(Path.of("runs/mine"), config); MyStage stage = new MyStage()) {
 *     run.train(stage, 1000, new Logging(10, 100, 2));
 *     run.end(summary);
 * }
 * }</pre>
 *
 * <p>A run that was stopped or killed continues from its newest checkpoint when it is opened again.
 */
public final class TrainingRun implements AutoCloseable {

    private final RunDirectory directory;
    private final Path checkpoint;
    private final Position position;
    private Console console = Console.silent();
    private BooleanSupplier stop = () -> false;
    private boolean acceptsChangedData;
    private Inputs inputs;
    private MetricLog log;
    private long stepsBefore;
    private double seconds;

    private TrainingRun(RunDirectory directory) throws IOException {
        this.directory = directory;
        try {
            checkpoint = directory.newestCheckpoint().orElse(null);
            position = checkpoint == null ? null : Position.of(checkpoint);
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
        if (position != null) {
            stepsBefore = position.step() - position.phaseStep();
            seconds = position.seconds();
        }
    }

    /**
     * Begins a run: makes the directory and writes {@code config.json}.
     *
     * @throws RequestException if the directory has a run already, or is in use
     */
    public static TrainingRun create(Path directory, JsonObject config) throws IOException {
        return new TrainingRun(RunDirectory.create(directory, config));
    }

    /**
     * Continues the run in a directory.
     *
     * @throws RequestException if there is none, or if it is in use
     */
    public static TrainingRun resume(Path directory) throws IOException {
        return new TrainingRun(RunDirectory.resume(directory));
    }

    /**
     * Continues the run in a directory, or begins one if there is none.
     *
     * @throws RequestException if the run was begun with another config, or is in use
     */
    public static TrainingRun open(Path directory, JsonObject config) throws IOException {
        if (!RunDirectory.isRun(directory)) {
            return create(directory, config);
        }
        TrainingRun run = resume(directory);
        try {
            JsonObject begun = Json.read(run.directory.config());
            if (!begun.equals(Json.parse(Json.line(config), "the config"))) {
                throw new RequestException("the run in " + directory + " was begun with another config: "
                        + Json.line(begun));
            }
            return run;
        } catch (RuntimeException e) {
            run.close();
            throw e;
        }
    }

    /** Shows progress on a console; without this call, nothing is shown. Returns this. */
    public TrainingRun console(Console where) {
        console = where;
        return this;
    }

    /** Asks this after each step whether to stop; if true, a checkpoint is written and training ends. Returns this. */
    public TrainingRun stopWhen(BooleanSupplier asked) {
        stop = asked;
        return this;
    }

    /** Also continues if the data are not those of the checkpoint, and says what is different. Returns this. */
    public TrainingRun acceptChangedData(boolean accept) {
        acceptsChangedData = accept;
        return this;
    }

    /** Returns whether the data may be others than those of the checkpoint. */
    public boolean acceptsChangedData() {
        return acceptsChangedData;
    }

    // ---- what a stage needs to know --------------------------------------------------------------------------------

    /** Returns the run's directory. */
    public RunDirectory directory() {
        return directory;
    }

    /** Returns the path of the run's directory. */
    public Path path() {
        return directory.path();
    }

    /** Returns the console that shows progress. */
    public Console console() {
        return console;
    }

    /** Returns the position of the checkpoint that the run continues from; empty if it has none. */
    public Optional<Position> position() {
        return Optional.ofNullable(position);
    }

    /** Returns the log of metrics. Opens it at the first call. */
    public MetricLog log() throws IOException {
        if (log == null) {
            log = MetricLog.open(directory);
        }
        return log;
    }

    /** Returns the time of training so far in seconds, over all processes of the run. */
    public double seconds() {
        return seconds;
    }

    // ---- training --------------------------------------------------------------------------------------------------

    /**
     * Trains a stage to its end. Continues from the run's newest checkpoint if that is of a stage with the same name.
     *
     * <p>A run may train several stages one after the other. If {@link #position} is in a later stage, the caller must
     * skip those before it.
     *
     * @param steps number of steps of the stage
     * @return time of training so far in seconds, over all processes of the run
     * @throws StoppedException  if told to stop; a checkpoint is written
     * @throws DivergedException if a metric is not finite; no checkpoint is written
     */
    public double train(Stage stage, long steps, Logging logging) throws IOException {
        loop(stage, steps, logging);
        return seconds;
    }

    /** Trains a stage as {@link #train(Stage, long, Logging)} does, and returns the loop that did. */
    private TrainingLoop loop(Stage stage, long steps, Logging logging) throws IOException {
        boolean begun = position != null && position.phase().equals(stage.name());
        CheckpointStore checkpoints = directory.checkpoints(logging.keepCheckpoints());
        if (inputs != null) {
            checkpoints.with(inputs::write);
        }
        TrainingLoop loop = new TrainingLoop(log(), checkpoints, logging, console, stop);
        seconds = loop.run(stage, stepsBefore, steps, seconds, begun ? checkpoint : null);
        stepsBefore += steps;
        return loop;
    }

    /**
     * Trains to the end and writes the trained network and the summary.
     *
     * @throws StoppedException  if told to stop; a checkpoint is written
     * @throws DivergedException if a metric is not finite; no checkpoint is written
     * @throws RequestException  if the data are not those of the checkpoint, see {@link #acceptChangedData}
     */
    public TrainingResult train(Training.Opened training) throws IOException {
        if (position != null) {
            console.say("resuming after step " + position.phaseStep());
            requireSameInputs(new Inputs(training.inputs(path())));
        }
        Stage stage = training.stage(this);
        inputs = new Inputs(training.inputs(path()));
        TrainingLoop loop = loop(stage, training.steps, training.config.log());
        TrainingResult result = training.finish(this, loop.lastEvaluation(stage, training.steps));
        RunMachine.describe(result.summary(), training.config);
        end(result.summary());
        return result;
    }

    private void requireSameInputs(Inputs now) throws IOException {
        Optional<Inputs> before = Inputs.of(checkpoint);
        if (before.isEmpty()) {
            console.say(checkpoint + " is of a version that kept no fingerprints of the data, so it is not checked "
                    + "whether they have changed");
            return;
        }
        List<String> differences = before.get().differencesTo(now);
        if (!differences.isEmpty() && !acceptsChangedData) {
            throw new RequestException(differences.getFirst()
                    + (differences.size() > 1 ? " (and so with " + (differences.size() - 1) + " more)" : "")
                    + "; restore it, or --accept-changed-data continues with what is there now");
        }
        differences.forEach(difference -> console.say(difference + "; continuing with what is there now"));
    }

    /** Writes {@code summary.json} and closes the log of metrics. */
    public void end(JsonObject summary) throws IOException {
        closeLog();
        directory.writeSummary(summary);
    }

    private void closeLog() throws IOException {
        if (log != null) {
            log.close();
            log = null;
        }
    }

    /** Closes the log of metrics and unlocks the directory. */
    @Override
    public void close() throws IOException {
        try {
            closeLog();
        } finally {
            directory.close();
        }
    }
}
