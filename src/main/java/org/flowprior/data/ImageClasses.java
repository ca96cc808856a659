package org.flowprior.data;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The classes of a set's images.
 *
 * @param names  the classes, by label
 * @param labels of the images
 */
record ImageClasses(List<String> names, int... labels) {

    private static final int LARGEST_LABEL = 1_000_000;

    /**
     * Numbers the names of the images' classes in UTF-16 order, which is that of Python's {@code sorted} for all but
     * rare scripts.
     */
    static ImageClasses byName(List<String> classes) {
        List<String> names = List.copyOf(new TreeSet<>(classes));
        return new ImageClasses(names, classes.stream().mapToInt(c -> Collections.binarySearch(names, c)).toArray());
    }

    /** Takes the names as labels, from 0 to the largest, if all are whole numbers; otherwise numbers them by name. */
    static ImageClasses byNumber(List<String> classes) {
        if (!classes.stream().allMatch(c -> c.matches("\\d{1,8}") && Integer.parseInt(c) <= LARGEST_LABEL)) {
            return byName(classes);
        }
        int[] labels = classes.stream().mapToInt(Integer::parseInt).toArray();
        int count = Arrays.stream(labels).max().orElseThrow() + 1;
        return new ImageClasses(IntStream.range(0, count).mapToObj(Integer::toString).toList(), labels);
    }
}
