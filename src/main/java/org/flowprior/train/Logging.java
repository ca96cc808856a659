package org.flowprior.train;

import static org.flowprior.config.ConfigRanges.atLeast;

import org.flowprior.config.MayChange;

/**
 * How often a run writes rows and checkpoints: the config's key {@code log}.
 *
 * @param every           steps of a row of metrics, which has their mean; at least 1
 * @param checkpointEvery steps between checkpoints, at least 1; one is also written after the last step
 * @param keepCheckpoints number of the newest checkpoints that are kept, at least 1
 */
public record Logging(@MayChange int every, @MayChange int checkpointEvery, @MayChange int keepCheckpoints) {

    /** Throws {@link IllegalArgumentException} for numbers below 1. */
    public Logging {
        atLeast("every", every, 1);
        atLeast("checkpointEvery", checkpointEvery, 1);
        atLeast("keepCheckpoints", keepCheckpoints, 1);
    }
}
