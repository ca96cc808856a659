package org.flowprior.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Images that are files below a directory; the class is the first part of the relative path. */
record ImageFiles(Path directory, List<String> paths, ImageClasses labelled, Transparency transparency)
        implements ImageSource {

    /** Name of a list of images in their directory. */
    static final String LIST = "filelist.txt";

    private ImageFiles(Path directory, List<String> paths) {
        this(directory, paths, ImageClasses.byName(paths.stream().map(ImageNames::firstComponent).toList()),
                Transparency.of(directory));
    }

    /**
     * Finds the images of a directory: ImageNet's layout, one directory for each class, with images at any depth; or a
     * flat one, without classes. The images are sorted by class, then by path.
     *
     * @throws IllegalArgumentException when there is none, for a symbolic link that leads back to a directory above it,
     *                                  and for a name of an image that is a broken link, a pipe or similar
     */
    static ImageSource in(Path directory) throws IOException {
        List<String> paths;
        try (Stream<Path> files = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
            paths = files.filter(ImageFiles::isImage).map(f -> FileNames.relative(directory, f))
                    .sorted(Comparator.comparing(ImageNames::firstComponent).thenComparing(path -> path)).toList();
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof FileSystemLoopException loop) {
                throw new IllegalArgumentException(loop.getFile() + ": the symbolic link leads back to a directory above "
                        + "it; remove it", e);
            }
            throw e.getCause();
        }
        if (paths.isEmpty()) {
            throw new IllegalArgumentException(directory
                    + " holds no image (" + ImageNames.KNOWN + "), no .tar or .tar.gz and no " + LIST);
        }
        return new ImageFiles(directory, paths);
    }

    /** Returns whether a directory has a file at any depth that is named as an image. */
    static boolean isAnyIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.anyMatch(file -> ImageNames.isImage(file.getFileName().toString()));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Refuses what has the name of an image but cannot be read as a file; a pipe would block the run. */
    private static boolean isImage(Path file) {
        if (!ImageNames.isImage(file.getFileName().toString()) || Files.isDirectory(file)) {
            return false;
        }
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(file + (Files.exists(file)
                    ? " is no regular file but a pipe, a socket or a device; remove it"
                    : " is a symbolic link to a file that does not exist; remove it"));
        }
        return true;
    }

    /**
     * Reads a list of images in their order, one path a line, relative to the list's directory, as in the official
     * code.
     *
     * @throws IllegalArgumentException when it is empty
     */
    static ImageSource listedIn(Path list) throws IOException {
        List<String> paths;
        try {
            paths = Files.readAllLines(list).stream().map(String::strip).filter(l -> !l.isEmpty()).toList();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(list + " is not text in UTF-8", e);
        }
        if (paths.isEmpty()) {
            throw new IllegalArgumentException(list + " names no image");
        }
        return new ImageFiles(list.toAbsolutePath().getParent(), paths);
    }

    @Override
    public int size() {
        return paths.size();
    }

    @Override
    public String name(int index) {
        return paths.get(index);
    }

    @Override
    public int label(int index) {
        return labelled.labels()[index];
    }

    @Override
    public List<String> classes() {
        return labelled.names();
    }

    @Override
    public RgbImage image(int index) throws IOException {
        Path file = FileNames.resolve(directory, paths.get(index));
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new CorruptImageException(paths.get(index), "no regular file", null);
        }
        return ImageDecoder.decode(Files.readAllBytes(file), paths.get(index), transparency);
    }
}
