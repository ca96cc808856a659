package org.flowprior.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Images that are files below a directory; the class is the first part of the relative path. */
record ImageFiles(Path directory, List<String> paths, ImageClasses labelled) implements ImageSource {

    /** Name of a list of images in their directory. */
    static final String LIST = "filelist.txt";

    private ImageFiles(Path directory, List<String> paths) {
        this(directory, paths, ImageClasses.byName(paths.stream().map(ImageNames::firstComponent).toList()));
    }

    /**
     * Finds the images of a directory: ImageNet's layout, one directory for each class, with images at any depth; or a
     * flat one, without classes. The images are sorted by class, then by path.
     *
     * @throws IllegalArgumentException when there is none
     */
    static ImageSource in(Path directory) throws IOException {
        List<String> paths;
        try (Stream<Path> files = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
            paths = files.filter(f -> ImageNames.isImage(f.getFileName().toString()) && Files.isRegularFile(f))
                    .map(f -> directory.relativize(f).toString().replace('\\', '/'))
                    .sorted(Comparator.comparing(ImageNames::firstComponent).thenComparing(path -> path)).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (paths.isEmpty()) {
            throw new IllegalArgumentException(directory
                    + " holds no image (.jpg, .png, .bmp, .gif, .tif), no .tar and no " + LIST);
        }
        return new ImageFiles(directory, paths);
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
        return ImageDecoder.decode(Files.readAllBytes(directory.resolve(paths.get(index))), paths.get(index));
    }
}
