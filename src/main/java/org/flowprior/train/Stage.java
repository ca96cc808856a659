package org.flowprior.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Tensor;

/** What a {@link TrainingLoop} trains: one step, and everything that the next step depends on. */
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

    /** Takes the metrics of each step, in order; some steps late, because reading them makes the device wait. */
    default void record(long step, double[] metrics) {}

    /** Numbers of that step that need no device, such as its learning rate; a row has those of its last step. */
    default Map<String, Double> settings(long step) {
        return Map.of();
    }

    /**
     * What is measured behind that step, in a scope of its own and before a checkpoint; empty where nothing is due. It
     * depends on the stage's state alone and leaves it as it is, so that a resumed run measures the same.
     */
    default Map<String, Double> evaluate(long step) {
        return Map.of();
    }

    /** Writes files with everything that the next step depends on. */
    void save(Path directory) throws IOException;

    /** Continues from what {@link #save} wrote. */
    void load(Path directory) throws IOException;
}
