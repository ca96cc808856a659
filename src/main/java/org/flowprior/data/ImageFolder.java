package org.flowprior.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory of images: ImageNet's layout, one directory for each class, sorted by name, with images at any depth in
 * it; or a flat one, without classes. Within a class the images are sorted by path.
 */
public final class ImageFolder {

    private ImageFolder() {}

    /**
     * The images in that directory.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static ImageSource scan(Path directory) throws IOException {
        List<String> paths;
        try (Stream<Path> files = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
            paths = files.filter(f -> ImageNames.isImage(f.getFileName().toString()) && Files.isRegularFile(f))
                    .map(f -> directory.relativize(f).toString().replace('\\', '/'))
                    .sorted((a, b) -> compare(a, b)).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (paths.isEmpty()) {
            throw new IllegalArgumentException(directory
                    + " holds no image (.jpg, .png, .bmp, .gif, .tif), no .tar and no "
                    + FileList.NAME);
        }
        return new ImageFiles(directory, paths);
    }

    /** Class by class: the name of a class ends where the slash stands, whatever sorts before a slash. */
    private static int compare(String a, String b) {
        int byClass = ImageNames.firstComponent(a).compareTo(ImageNames.firstComponent(b));
        return byClass != 0 ? byClass : a.compareTo(b);
    }
}
