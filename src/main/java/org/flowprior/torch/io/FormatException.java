package org.flowprior.torch.io;

import java.nio.file.Path;

/** Thrown if the content of a file breaks the rules of its format, or is refused. The message begins with the path. */
public final class FormatException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;
    private static final int LONGEST = 400;

    FormatException(Path file, String reason) {
        this(file, reason, null);
    }

    FormatException(Path file, String reason, Throwable cause) {
        super(file + ": " + oneLine(reason), cause);
    }

    /** Names in a damaged file may contain anything. */
    private static String oneLine(String reason) {
        String line = reason.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }
}
