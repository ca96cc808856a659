package org.flowprior.data;

import java.util.Locale;
import java.util.Set;

/** Parts of the names of image files. */
final class ImageNames {

    private static final Set<String> EXTENSIONS = Set.of("jpg", "jpeg", "png", "bmp", "gif", "tif", "tiff", "webp");

    /** The extensions for messages. */
    static final String KNOWN = ".jpg, .png, .bmp, .gif, .tif, .webp";

    private ImageNames() {}

    static boolean isImage(String name) {
        return EXTENSIONS.contains(extension(name));
    }

    /** Returns whether the name is that of a tar, compressed with gzip or not. */
    static boolean isShard(String name) {
        return name.toLowerCase(Locale.ROOT).matches(".*\\.(tar|tar\\.gz|tgz)");
    }

    /** Returns the text after the last dot in lower case, or all of a name without a dot. */
    static String extension(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /** Returns the first part of a path with slashes; empty for a bare name. */
    static String firstComponent(String path) {
        int slash = path.indexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }
}
