package org.flowprior.data;

/**
 * The position of a loader.
 *
 * @param epoch finished passes over the set
 * @param index finished images of this pass, in the pass's order, corrupt ones included
 */
public record LoaderPosition(long epoch, long index) {

    /** The start. */
    public static final LoaderPosition START = new LoaderPosition(0, 0);

    /** Throws {@link IllegalArgumentException} for negative numbers. */
    public LoaderPosition {
        if (epoch < 0 || index < 0) {
            throw new IllegalArgumentException("a loader's position is not negative: epoch " + epoch + ", index "
                    + index);
        }
    }
}
