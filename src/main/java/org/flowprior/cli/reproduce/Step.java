package org.flowprior.cli.reproduce;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A step of a reproduction: a command that a user could type.
 *
 * @param name   unique; the place of its files below the reproduction's directory
 * @param words  the command line after {@code flowprior}
 * @param result the file or directory that exists when, and only when, the step has ended
 * @param run    the run directory that the command continues if it gets {@code --resume}; null for a command that
 *               continues or begins again without it
 */
record Step(String name, List<String> words, Path result, Path run) {

    /** Returns true if the result exists. */
    boolean isDone() {
        return Files.exists(result);
    }

    /** Returns the command as it is typed in a shell. */
    static String typed(List<String> command) {
        return "flowprior " + String.join(" ", command.stream()
                .map(word -> word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'").toList());
    }
}
