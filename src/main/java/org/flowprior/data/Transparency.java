package org.flowprior.data;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/** Says once for an image set that it has images with transparent pixels, and what becomes of these. */
final class Transparency {

    /** Says nothing. */
    static final Transparency IGNORED = new Transparency(null);

    private final AtomicBoolean done;
    private final Object set;

    private Transparency(Object set) {
        this.set = set;
        this.done = new AtomicBoolean(set == null);
    }

    /** For the set of that name. */
    static Transparency of(Object set) {
        return new Transparency(set);
    }

    /** Looks for pixels that are not opaque until a set has shown some. */
    void look(BufferedImage image, String name) {
        if (!done.get() && image.getColorModel().hasAlpha() && isTransparent(image) && done.compareAndSet(false,
                true)) {
            System.getLogger("org.flowprior.data").log(System.Logger.Level.WARNING, set + ": " + name + " has transparent pixels; alpha is dropped in "
                    + "this set, as Pillow's convert('RGB') does, so that their hidden colours show");
        }
    }

    private static boolean isTransparent(BufferedImage image) {
        int width = image.getWidth();
        int[] row = new int[width];
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            if (Arrays.stream(row).anyMatch(color -> color >>> 24 != 0xff)) {
                return true;
            }
        }
        return false;
    }
}
