package org.flowprior.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A set of images with classes, in a fixed order. Several threads may call all methods at once. {@link #open} makes one
 * of a path.
 */
public interface ImageSource extends AutoCloseable {

    /** Returns the number of images. */
    int size();

    /** Returns the name of an image. */
    String name(int index);

    /** Returns the class of an image: an index into {@link #classes}. */
    int label(int index);

    /** Returns the classes' names; one empty name for a set without classes. */
    List<String> classes();

    /**
     * Reads an image.
     *
     * @throws CorruptImageException when it cannot be decoded
     * @throws IOException           when it cannot be read
     */
    RgbImage image(int index) throws IOException;

    /** Closes open files. */
    @Override
    default void close() {}

    /**
     * Opens a set: a directory with a {@code filelist.txt}, such a list ({@code .txt}), a {@code .tar} or {@code
     * .tar.gz}, a directory of them, a directory of images, with or without one directory per class, or an {@code .npz} with {@code arr_0}, see
     * {@link NpzImages}; or {@code procedural:64?seed=0&count=10000}, see {@link ProceduralImages#of}.
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
            if (ImageNames.isShard(name)) {
                return TarShards.open(List.of(path));
            }
            return switch (ImageNames.extension(name)) {
                case "txt" -> ImageFiles.listedIn(path);
                case "npz" -> NpzImages.open(path);
                default -> throw new IllegalArgumentException(path + " is not an image set: neither a directory nor a "
                        + ".tar, a .tar.gz, an .npz or a list of files (.txt)"
                        + (name.matches(".*\\.tar\\.\\w+") ? "; unpack the tar's compression" : ""));
            };
        }
        Path list = path.resolve(ImageFiles.LIST);
        if (Files.isRegularFile(list)) {
            return ImageFiles.listedIn(list);
        }
        List<Path> shards;
        try (Stream<Path> children = Files.list(path)) {
            shards = children.filter(p -> ImageNames.isShard(p.getFileName().toString())).sorted().toList();
        }
        boolean packed = shards.stream().noneMatch(p -> ImageNames.extension(p.getFileName().toString()).equals("tar"));
        return shards.isEmpty() || packed && ImageFiles.isAnyIn(path) ? ImageFiles.in(path) : TarShards.open(shards);
    }
}
