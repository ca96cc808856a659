package org.flowprior.data;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Names of files as text in any locale. On Linux a name is bytes, which Java decodes in the locale's encoding; in the
 * locale C, that is ASCII. Names that do not fit it are taken as UTF-8, by way of URIs, which have the bytes.
 */
final class FileNames {

    private static final char UNKNOWN = '\uFFFD';

    private FileNames() {}

    /**
     * Returns the path of a file relative to a directory, with slashes.
     *
     * @throws IllegalArgumentException for a name that is neither in the locale's encoding nor UTF-8
     */
    static String relative(Path directory, Path file) {
        String text = directory.relativize(file).toString().replace('\\', '/');
        if (text.indexOf(UNKNOWN) < 0) {
            return text;
        }
        String raw = file.toUri().getRawPath().substring(folder(directory).getRawPath().length());
        String name = URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
        if (name.indexOf(UNKNOWN) >= 0) {
            throw new IllegalArgumentException(directory + ": the name " + text + " is not UTF-8; rename the file");
        }
        return name;
    }

    /** Returns the file with that path relative to a directory, the opposite of {@link #relative}. */
    static Path resolve(Path directory, String name) {
        try {
            return directory.resolve(name);
        } catch (InvalidPathException e) { // the locale's encoding does not have the name
            String encoded = Arrays.stream(name.split("/", -1))
                    .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
                    .collect(Collectors.joining("/"));
            return Path.of(URI.create(name.startsWith("/") ? "file://" + encoded : folder(directory) + encoded));
        }
    }

    /** Returns the URI of a directory, with a slash at its end. */
    private static URI folder(Path directory) {
        String uri = directory.toUri().toString();
        return URI.create(uri.endsWith("/") ? uri : uri + "/");
    }
}
