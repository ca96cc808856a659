package org.flowprior.torch.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Errors of the file system, as one line that begins with the path. */
final class FileErrors {

    private FileErrors() {}

    static UncheckedIOException reading(Path file, IOException cause) {
        return new UncheckedIOException(file + ": cannot be read: " + reason(cause), cause);
    }

    static UncheckedIOException writing(Path file, IOException cause) {
        return new UncheckedIOException(file + ": cannot be written: " + reason(cause), cause);
    }

    private static String reason(IOException cause) {
        return switch (cause) {
            case NoSuchFileException e -> "no such file or directory";
            case AccessDeniedException e -> "permission denied";
            case FileSystemException e when e.getReason() != null -> e.getReason();
            default -> String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.getClass().getSimpleName());
        };
    }
}
