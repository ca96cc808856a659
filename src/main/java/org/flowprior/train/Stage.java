package org.flowprior.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Tensor;

/**
 * A network in training, or anything else that a {@link TrainingRun} trains: does one step, and saves and loads
 * everything that the next step depends on.
 */
public interface Stage {

    /** Returns the name in logs and checkpoints. */
    String name();

    /** Returns the names of the metrics of a step, the loss first. */
    List<String> metrics();

    /**
     * Does one step. It is called in a scope of its own, on the loop's thread.
     *
     * @param step the number of the step, from 1
     * @return float32 {@code [metrics]} on the device of the computation
     */
    Tensor step(long step);

    /**
     * Receives the metrics of each step, in order. They arrive some steps later, because to read them the program must
     * wait for the device.
     */
    default void record(long step, double[] metrics) {}

    /** Returns settings of a step for the log, such as its learning rate. A row has the settings of its last step. */
    default Map<String, Double> settings(long step) {
        return Map.of();
    }

    /**
     * Evaluates after a step. It is called in a scope of its own, before a checkpoint is written. The result must
     * depend only on the stage's state, which must not change, so that a resumed run measures the same.
     *
     * @return values by name; empty if no evaluation is due after this step
     */
    default Map<String, Double> evaluate(long step) {
        return Map.of();
    }

    /** Writes files with everything that the next step depends on. */
    void save(Path directory) throws IOException;

    /** Reads the files that {@link #save} wrote. */
    void load(Path directory) throws IOException;
}
