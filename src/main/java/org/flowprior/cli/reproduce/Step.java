package org.flowprior.cli.reproduce;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.flowprior.train.RunDirectory;

/**
 * A step of a reproduction: a command that could as well be typed.
 *
 * @param name   unique; where its files are below the reproduction's directory
 * @param words  the command line behind {@code flowprior}
 * @param result the file or directory that is there when, and only when, the step has ended
 * @param goesOn the directory of a run that the same command with {@code --resume} goes on with; null for a command
 *               that goes on by itself or begins anew
 */
record Step(String name, List<String> words, Path result, Path goesOn) {

    /** Whether its result is there. */
    boolean isDone() {
        return Files.exists(result);
    }

    /** The command line to run now. */
    List<String> command() {
        boolean begun = goesOn != null && RunDirectory.isRun(goesOn);
        return begun ? Stream.concat(words.stream(), Stream.of("--resume")).toList() : words;
    }

    /** Makes the directories that the command expects around its files. */
    void makeRoom() throws IOException {
        Files.createDirectories((goesOn == null ? result : goesOn).getParent());
    }

    /** The command as it would be typed in a shell. */
    static String typed(List<String> command) {
        return "flowprior " + String.join(" ", command.stream()
                .map(word -> word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'").toList());
    }
}
