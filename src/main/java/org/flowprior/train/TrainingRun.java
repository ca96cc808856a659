package org.flowprior.train;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.flowprior.config.ConfigLoader;
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

    private TrainingRun(RunDirectory directory, String from) throws IOException {
        this.directory = directory;
        try {
            checkpoint = directory.checkpoints(1).toContinue(from).orElse(null);
            position = checkpoint == null ? null : Position.of(checkpoint);
            if (position != null && position.step() != CheckpointStore.step(checkpoint)) {
                throw new RequestException(checkpoint + " is that of step " + position.step()
                        + "; give it back its own name");
            }
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
        return new TrainingRun(RunDirectory.create(directory, config), null);
    }

    /**
     * Continues the run in a directory from its newest checkpoint.
     *
     * @throws RequestException if there is none, if it is in use, or if the checkpoint is damaged; the message then
     *                          names an older checkpoint that is not
     */
    public static TrainingRun resume(Path directory) throws IOException {
        return resume(directory, null);
    }

    /**
     * Continues the run in a directory from one of its checkpoints. When training begins, those of later steps get other
     * names.
     *
     * @param from number of the step, or path or name of the checkpoint's directory; null for the newest checkpoint
     * @throws RequestException also if there is no such checkpoint
     */
    public static TrainingRun resume(Path directory, String from) throws IOException {
        return new TrainingRun(RunDirectory.resume(directory), from);
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
            Optional<Path> copy = run.configOfCheckpoint();
            if (copy.isPresent() && !begun.equals(Json.read(copy.get()))) {
                throw new RequestException(run.directory.config() + " is not the config of " + run.checkpoint + ": "
                        + Json.line(Json.read(copy.get())));
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

    /**
     * Reads the config that the run began with.
     *
     * @param notice gets a line for each key whose value is not that of the checkpoint but may change, and one for keys
     *               that are newer than the run
     * @throws RequestException if another key has not the value that it has in the checkpoint
     */
    public <T extends Record> T config(ConfigLoader<T> loader, Consumer<String> notice) {
        T begun = loader.read(directory.config(), List.of(), notice);
        configOfCheckpoint().ifPresent(copy -> loader.requireUnchanged(loader.read(copy, List.of()), begun,
                directory.config(), "in " + checkpoint).forEach(notice));
        return begun;
    }

    /** Returns the copy of the config in the checkpoint; those of older versions have none. */
    private Optional<Path> configOfCheckpoint() {
        return Optional.ofNullable(checkpoint).map(place -> place.resolve(directory.config().getFileName()))
                .filter(Files::exists);
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

    /** Returns the log of metrics. Opens it at the first call: training then goes on from the checkpoint's step. */
    public MetricLog log() throws IOException {
        if (log == null) {
            if (position != null) {
                for (Path aside : directory.checkpoints(1).setLaterAside(position.step())) {
                    console.say("a checkpoint of a later step is now " + aside + "; it is not used any more");
                }
            }
            log = MetricLog.open(directory, console::say);
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
        CheckpointStore checkpoints = directory.checkpoints(logging.keepCheckpoints()).with(this::writeOrigin);
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
            if (position.phaseStep() > training.steps) {
                throw new RequestException(checkpoint + " is of a step after the last one, " + training.steps);
            }
            inputs = sameInputs(new Inputs(training.inputs(path())));
        }
        if (training.settings.warmupSteps() >= training.steps) {
            console.say("the run of " + training.steps + " steps ends during the warm-up of "
                    + training.settings.warmupSteps() + ", before the learning rate reaches "
                    + training.settings.learningRate() + " (training.warmupSteps)");
        }
        Stage stage = training.stage(this);
        if (position != null && !position.phase().equals(stage.name())) {
            throw new RequestException(checkpoint + " is of the training of '" + position.phase() + "', not '"
                    + stage.name() + "'");
        }
        if (inputs == null) {
            inputs = new Inputs(training.inputs(path()));
        }
        TrainingLoop loop = loop(stage, training.steps, training.config.log());
        directory.requireThere();
        TrainingResult result = training.finish(this, loop.lastEvaluation(stage, training.steps));
        RunMachine.describe(result.summary(), training.config);
        end(result.summary());
        return result;
    }

    /** Writes what else a checkpoint must have: the config and the fingerprints of the data. */
    private void writeOrigin(Path place) throws IOException {
        Files.copy(directory.config(), place.resolve(directory.config().getFileName()));
        if (inputs != null) {
            inputs.write(place);
        }
    }

    /** Returns the inputs if they are those of the checkpoint, and null if they have changed and that is accepted. */
    private Inputs sameInputs(Inputs now) throws IOException {
        Optional<Inputs> before = Inputs.of(checkpoint);
        if (before.isEmpty()) {
            console.say(checkpoint + " is of a version that kept no fingerprints of the data, so it is not checked "
                    + "whether they have changed");
            return now;
        }
        List<String> differences = before.get().differencesTo(now);
        if (!differences.isEmpty() && !acceptsChangedData) {
            throw new RequestException(differences.getFirst()
                    + (differences.size() > 1 ? " (and so with " + (differences.size() - 1) + " more)" : "")
                    + "; restore it, or --accept-changed-data continues with what is there now");
        }
        differences.forEach(difference -> console.say(difference + "; continuing with what is there now"));
        return differences.isEmpty() ? now : null;
    }

    /** Writes {@code summary.json} and closes the log of metrics. */
    public void end(JsonObject summary) throws IOException {
        directory.requireThere();
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
