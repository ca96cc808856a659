package org.flowprior.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A set of images with classes, in a fixed order. All methods may be called from several threads at once.
 *
 * <p>{@link #open} finds out which kind a path is.
 */
public interface ImageSource extends AutoCloseable {

    /** Images in the set. */
    int size();

    /** What the image at that place is called. */
    String name(int index);

    /** The class of the image at that place: a place in {@link #classes}. */
    int label(int index);

    /** The classes' names; one, empty, for a set without classes. */
    List<String> classes();

    /**
     * The image at that place.
     *
     * @throws CorruptImageException when it cannot be decoded
     * @throws IOException           when it cannot be read
     */
    RgbImage image(int index) throws IOException;

    /** Lets go of open files. */
    @Override
    default void close() {}

    /**
     * The set at that path: a directory with a {@code filelist.txt}, a list itself ({@code .txt}), a {@code .tar}, a
     * directory of them, a directory of images, with or without one directory per class, or an {@code .npz} with {@code
     * arr_0}, see {@link NpzImages}; or no path at all but {@code procedural:64?seed=0&count=10000}, see {@link
     * ProceduralImages#of}.
     *
     * @throws IllegalArgumentException when there is no image
     * @throws IOException              when something cannot be read
     */
    static ImageSource open(Path path) throws IOException {
        if (ProceduralImages.isSpecification(path)) {
            return ProceduralImages.of(path);
        }
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString());
        }
        String name = path.getFileName() == null ? "" : path.getFileName().toString();
        if (!Files.isDirectory(path)) {
            return switch (extension(name)) {
                case "txt" -> FileList.read(path);
                case "tar" -> TarShards.open(List.of(path));
                case "npz" -> NpzImages.open(path);
                default -> throw new IllegalArgumentException(path
                        + " is no image set: neither a directory nor a .tar, an .npz or a list of files (.txt)"
                        + (name.matches(".*\\.(tgz|tar\\.\\w+)") ? "; unpack the tar's compression" : ""));
            };
        }
        if (Files.isRegularFile(path.resolve(FileList.NAME))) {
            return FileList.read(path.resolve(FileList.NAME));
        }
        try (Stream<Path> children = Files.list(path)) {
            List<Path> shards = children.filter(p -> extension(p.getFileName().toString()).equals("tar")).sorted()
                    .toList();
            return shards.isEmpty() ? ImageFolder.scan(path) : TarShards.open(shards);
        }
    }

    /** What follows the last dot, in small letters. */
    private static String extension(String name) {
        return ImageNames.extension(name);
    }
}
