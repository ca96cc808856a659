package org.flowprior.generate;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The classes of generated images: the same number of images of each, class after class, as in the official code.
 *
 * @param classes  numbers of the classes, in this order
 * @param perClass images of each class
 */
public record ClassLabels(List<Integer> classes, int perClass) {

    /** Throws {@link IllegalArgumentException} unless there are at least one class and one image of each. */
    public ClassLabels {
        if (classes.isEmpty() || perClass < 1) {
            throw new IllegalArgumentException("images have at least one class, and one image a class, not "
                    + classes.size() + " and " + perClass);
        }
        classes = List.copyOf(classes);
    }

    /** Makes labels of {@code perClass} images of each of the classes 0 to {@code count} &minus; 1. */
    public static ClassLabels ofAll(int count, int perClass) {
        return new ClassLabels(IntStream.range(0, count).boxed().toList(), perClass);
    }

    /** Returns the number of images. */
    public int count() {
        return classes.size() * perClass;
    }

    /** Returns the class of an image, whose number is in [0, {@link #count}). */
    public int label(int image) {
        return classes.get(image / perClass);
    }
}
