package org.flowprior.cli.common;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.flowprior.config.RequestException;

/** Checks the paths that options name before work begins. Null stands for an option that was not given. */
public final class FileArguments {

    private FileArguments() {}

    /** Refuses a path that is not a file. */
    public static void requireFiles(Path... files) throws NoSuchFileException {
        for (Path file : files) {
            if (file != null && !Files.isRegularFile(file)) {
                throw new NoSuchFileException(file.toString());
            }
        }
    }

    /** Refuses a path that does not exist. */
    public static void requireThere(Path... places) throws NoSuchFileException {
        for (Path place : places) {
            if (place != null && !Files.exists(place)) {
                throw new NoSuchFileException(place.toString());
            }
        }
    }

    /** Throws a {@link RequestException} if {@code --out} exists. */
    public static void requireNew(Path out) {
        if (Files.exists(out)) {
            throw new RequestException("--out " + out + " exists already; remove it or choose another name");
        }
    }

    /**
     * Refuses files that cannot be written.
     *
     * @throws RequestException for a directory, a device or a pipe, and for a file in a directory that does not exist
     */
    public static void requirePlaces(Path... files) {
        for (Path file : files) {
            String hindrance = file == null ? null : hindrance(file);
            if (hindrance != null) {
                throw new RequestException(file + " cannot be written: " + hindrance);
            }
        }
    }

    private static String hindrance(Path file) {
        if (Files.isDirectory(file)) {
            return "it is a directory";
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return "it is not a regular file";
        }
        return Files.isDirectory(file.toAbsolutePath().getParent()) ? null : "its directory does not exist";
    }
}
