package org.flowprior.autoencoder;

/**
 * Where a discriminator looks: at whole images, or through one window for all images of the batch.
 *
 * @param crop whether there is a window
 * @param top  its first row; 0 without one
 * @param left its first column; 0 without one
 */
public record DiscriminatorWindow(boolean crop, long top, long left) {

    /** All of the images. */
    public static final DiscriminatorWindow WHOLE = new DiscriminatorWindow(false, 0, 0);

    /** Throws {@link IllegalArgumentException} for negative places, and for a place without a window. */
    public DiscriminatorWindow {
        if (top < 0 || left < 0 || !crop && (top != 0 || left != 0)) {
            throw new IllegalArgumentException("a window cannot be at row " + top + " and column " + left
                    + (crop ? "" : " of whole images"));
        }
    }

    /** The window that begins there. */
    public static DiscriminatorWindow at(long top, long left) {
        return new DiscriminatorWindow(true, top, left);
    }
}
