package org.flowprior.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.console.LineProgress;
import org.flowprior.console.Progress;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.TorchException;

/**
 * The loop that all stages share: steps in scopes, metrics averaged into rows, checkpoints, a stop between steps.
 *
 * <p>The metrics stay on the device until a row or a checkpoint is due, so that no step waits for its numbers.
 */
public final class TrainingLoop {

    /** The phase of rows from {@link Stage#evaluate}. */
    public static final String EVALUATION = "evaluation";

    private final MetricLog log;
    private final CheckpointStore checkpoints;
    private final Logging logging;
    private final Console console;
    private final BooleanSupplier stop;
    private Map<String, Double> lastEvaluation;

    /** Makes a loop that writes to these places, and asks {@code stop} after each step whether to stop. */
    public TrainingLoop(MetricLog log, CheckpointStore checkpoints, Logging logging, Console console,
            BooleanSupplier stop) {
        this.log = log;
        this.checkpoints = checkpoints;
        this.logging = logging;
        this.console = console;
        this.stop = stop;
    }

    /**
     * Trains a stage to its end.
     *
     * @param before     number of steps of the stages before this one
     * @param steps      number of steps of this stage
     * @param seconds    time of training of the run before this call
     * @param checkpoint the stage's checkpoint to continue from, or null
     * @return time of training of the run after this call, in seconds
     * @throws StoppedException  if told to stop; a checkpoint is written
     * @throws DivergedException if a metric is not finite; no checkpoint is written
     */
    public double run(Stage stage, long before, long steps, double seconds, Path checkpoint) throws IOException {
        Window window = new Window(stage);
        long first = 1;
        double secondsBefore = seconds;
        if (checkpoint != null) {
            Position position = Position.of(checkpoint);
            load(stage, checkpoint);
            window.restore(position, checkpoint);
            first = position.phaseStep() + 1;
            secondsBefore = position.seconds();
        }
        long start = System.nanoTime();
        try (Progress progress = console.progress(stage.name(), steps, first - 1)) {
            for (long step = first; step <= steps; step++) {
                try (Scope scope = Scope.open()) {
                    window.add(stage.step(step));
                }
                boolean stopping = stop.getAsBoolean();
                boolean rowDue = step % logging.every() == 0 || step == steps;
                boolean saving = step % logging.checkpointEvery() == 0 || step == steps || stopping;
                if (rowDue || saving) {
                    window.read(step);
                }
                if (rowDue) {
                    Map<String, Double> row = window.takeRow();
                    row.putAll(stage.settings(step));
                    log.log(before + step, stage.name(), row);
                    progress.row(row);
                }
                Map<String, Double> measured = evaluate(stage, step, before + step);
                if (step == steps) {
                    lastEvaluation = measured;
                }
                progress.step(step);
                if (saving) {
                    double now = secondsBefore + (System.nanoTime() - start) / 1e9;
                    Path saved = save(stage, window.position(stage.name(), step, before + step, now));
                    if (stopping && step < steps) {
                        throw new StoppedException("stopped after step %d of %d of %s; the checkpoint is %s"
                                .formatted(step, steps, stage.name(), saved));
                    }
                }
            }
        } finally {
            window.close();
        }
        return secondsBefore + (System.nanoTime() - start) / 1e9;
    }

    private static void load(Stage stage, Path checkpoint) throws IOException {
        try {
            stage.load(checkpoint);
        } catch (IllegalArgumentException | TorchException e) {
            if (e.getMessage() != null && e.getMessage().contains(checkpoint.toString())) {
                throw e;
            }
            throw new RequestException(checkpoint + " does not fit the run: " + e.getMessage(), e);
        }
    }

    /** Returns the evaluation after the last step; evaluates again if another process did that step. */
    Map<String, Double> lastEvaluation(Stage stage, long steps) {
        if (lastEvaluation == null) {
            try (Scope scope = Scope.open()) {
                lastEvaluation = stage.evaluate(steps);
            }
        }
        return lastEvaluation;
    }

    private Map<String, Double> evaluate(Stage stage, long step, long stepOfRun) {
        Map<String, Double> measured;
        try (Scope scope = Scope.open()) {
            measured = stage.evaluate(step);
        }
        if (!measured.isEmpty()) {
            measured.forEach((name, value) -> requireFinite(stage, name, value, step));
            log.log(stepOfRun, EVALUATION, measured);
            console.say(LineProgress.describe(measured) + " after step " + step);
        }
        return measured;
    }

    private static void requireFinite(Stage stage, String metric, double value, long step) {
        if (!Double.isFinite(value)) {
            throw new DivergedException("%s: %s is %s at step %d; try a lower learning rate"
                    .formatted(stage.name(), metric, value, step));
        }
    }

    /** Writes a checkpoint. It exists only if the rows up to its step are on disk. */
    private Path save(Stage stage, Position position) throws IOException {
        log.force();
        return checkpoints.write(position.step(), directory -> {
            try (Scope scope = Scope.open()) {
                stage.save(directory);
            }
            position.write(directory);
        });
    }

    /** The metrics since the last row: those still on the device, and the sums of those that were read. */
    private final class Window implements AutoCloseable {

        private final Stage stage;
        private final List<String> names;
        private Tensor unread;
        private int unreadSteps;
        private final double[] sums;
        private long steps;

        Window(Stage stage) {
            this.stage = stage;
            this.names = stage.metrics();
            this.sums = new double[names.size()];
        }

        void add(Tensor metrics) {
            if (unread == null) {
                unread = Torch.empty(new long[] {logging.every(), sums.length}, DType.FLOAT32, metrics.device()).keep();
            }
            unread.get(unreadSteps++).copy_(metrics.detach());
        }

        /** Reads the metrics that are on the device; {@code last} is the number of the newest step. */
        void read(long last) {
            if (unreadSteps == 0) {
                return;
            }
            double[] values;
            try (Scope scope = Scope.open()) {
                values = unread.narrow(0, 0, unreadSteps).toDoubleArray();
            }
            for (int i = 0; i < unreadSteps; i++) {
                double[] row = Arrays.copyOfRange(values, i * sums.length, (i + 1) * sums.length);
                long step = last - unreadSteps + 1 + i;
                for (int j = 0; j < row.length; j++) {
                    requireFinite(stage, names.get(j), row[j], step);
                }
                stage.record(step, row);
                Arrays.setAll(sums, j -> sums[j] + row[j]);
            }
            steps += unreadSteps;
            unreadSteps = 0;
        }

        Map<String, Double> takeRow() {
            Map<String, Double> row = new LinkedHashMap<>();
            for (int j = 0; j < sums.length; j++) {
                row.put(names.get(j), sums[j] / steps);
            }
            Arrays.fill(sums, 0);
            steps = 0;
            return row;
        }

        Position position(String phase, long phaseStep, long step, double seconds) {
            return new Position(phase, phaseStep, step, seconds, steps, sums.clone());
        }

        void restore(Position position, Path checkpoint) {
            if (position.windowSums().length != sums.length) {
                throw new RequestException(checkpoint + " has sums of " + position.windowSums().length
                        + " metrics, and " + stage.name() + " has " + sums.length);
            }
            System.arraycopy(position.windowSums(), 0, sums, 0, sums.length);
            steps = position.windowSteps();
        }

        @Override
        public void close() {
            if (unread != null) {
                unread.close();
            }
        }
    }
}
