package org.flowprior.data;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A list of images in their order, one path a line, relative to the list's directory: what the official code reads. The
 * class is the first part of the path, numbered in sorted order.
 */
public final class FileList {

    /** The list's name in an image directory. */
    public static final String NAME = "filelist.txt";

    private FileList() {}

    /**
     * The images that the list names.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static ImageSource read(Path list) throws IOException {
        List<String> paths;
        try {
            paths = Files.readAllLines(list, StandardCharsets.UTF_8).stream().map(String::strip)
                    .filter(l -> !l.isEmpty()).toList();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(list + " is not text in UTF-8", e);
        }
        if (paths.isEmpty()) {
            throw new IllegalArgumentException(list + " names no image");
        }
        return new ImageFiles(list.toAbsolutePath().getParent(), paths);
    }
}
