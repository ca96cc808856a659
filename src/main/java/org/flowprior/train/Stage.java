package org.flowprior.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Tensor;

/**
 * Something that a {@link TrainingRun} trains: does one step, and saves and loads everything that the next step depends
 * on.
 */
public interface Stage {

    /** The name in logs and checkpoints. */
    String name();

    /** Names of the metrics of a step, the loss first. */
    List<String> metrics();

    /**
     * Does one step, in a scope of its own, on the loop's thread.
     *
     * @param step the number of the step, from 1
     * @return float32 {@code [metrics]}, on the device of the computation
     */
    Tensor step(long step);

    /**
     * Receives the metrics of each step, in order. They come some steps later, because reading them makes the program
     * wait for the device.
     */
    default void record(long step, double[] metrics) {}

    /** Settings of that step, such as its learning rate, for the log. A row of the log has those of its last step. */
    default Map<String, Double> settings(long step) {
        return Map.of();
    }

    /**
     * Measures after that step, in a scope of its own and before a checkpoint is written. Must depend only on the
     * stage's state and not change it, so that a resumed run measures the same.
     *
     * @return values by name; empty if no measurement is due
     */
    default Map<String, Double> evaluate(long step) {
        return Map.of();
    }

    /** Writes files with everything that the next step depends on. */
    void save(Path directory) throws IOException;

    /** Continues from what {@link #save} wrote. */
    void load(Path directory) throws IOException;
}
