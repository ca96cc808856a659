package org.flowprior.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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

    /** Writes files with everything that the next step depends on. */
    void save(Path directory) throws IOException;

    /** Continues from what {@link #save} wrote. */
    void load(Path directory) throws IOException;
}
