package org.flowprior.train;

import static org.flowprior.config.ConfigRanges.atLeast;

/**
 * What a run writes along the way: the config's key {@code log}.
 *
 * @param every           steps of a row of metrics, which holds their mean
 * @param checkpointEvery steps between checkpoints; one is also written after the last step
 * @param keepCheckpoints how many of the newest stay
 */
public record Logging(int every, int checkpointEvery, int keepCheckpoints) {

    /** Throws {@link IllegalArgumentException} for numbers below 1. */
    public Logging {
        atLeast("every", every, 1);
        atLeast("checkpointEvery", checkpointEvery, 1);
        atLeast("keepCheckpoints", keepCheckpoints, 1);
    }
}
