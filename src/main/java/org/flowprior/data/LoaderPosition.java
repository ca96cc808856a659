package org.flowprior.data;

/**
 * How far a loader has come.
 *
 * @param epoch passes over the set that are done
 * @param index images of this pass that are done, in the pass's order, corrupt ones included
 */
public record LoaderPosition(long epoch, long index) {

    /** The start. */
    public static final LoaderPosition START = new LoaderPosition(0, 0);

    /** Refuses negative numbers. */
    public LoaderPosition {
        if (epoch < 0 || index < 0) {
            throw new IllegalArgumentException("a loader's position is not negative: epoch " + epoch + ", index "
                    + index);
        }
    }
}
