package org.flowprior.torch.io;

import java.nio.file.Path;

/** The content of a file is not what its format asks for, or is refused. The message begins with the path. */
public final class FormatException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;
    private static final int LONGEST = 400;

    FormatException(Path file, String reason) {
        super(file + ": " + oneLine(reason));
    }

    FormatException(Path file, String reason, Throwable cause) {
        super(file + ": " + oneLine(reason), cause);
    }

    /** Names out of a damaged file may be anything. */
    private static String oneLine(String reason) {
        String line = reason.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }
}
