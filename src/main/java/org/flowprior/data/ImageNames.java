package org.flowprior.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Names of image files, and the classes in them. */
final class ImageNames {

    private static final Set<String> EXTENSIONS = Set.of("jpg", "jpeg", "png", "bmp", "gif", "tif", "tiff");

    private ImageNames() {}

    static boolean isImage(String name) {
        return EXTENSIONS.contains(extension(name));
    }

    /** What follows the last dot, in small letters, or nothing. */
    static String extension(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /** The first part of a path with slashes; empty for a bare name. */
    static String firstComponent(String path) {
        int slash = path.indexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    /** The names once each, by their UTF-16 order as Python's {@code sorted} has it for all but rare scripts. */
    static List<String> sortedUnique(List<String> names) {
        return new ArrayList<>(new TreeSet<>(names));
    }
}
