package org.flowprior.console;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a command says while it works, on standard error: a progress bar on a terminal, plain lines otherwise. */
public final class Console {

    /** How much is said. */
    public enum Level {
        /** Nothing but errors. */
        QUIET,
        /** Progress, and a line where something begins or ends. */
        NORMAL,
        /** Every row of metrics, and what was found. */
        VERBOSE
    }

    /** What takes a progress bar away, which is drawn again below the line. */
    private static final String ERASED_LINE = "\r\u001b[K";

    private final PrintStream out;
    private final Level level;
    private final boolean terminal;

    /** A console over that stream. */
    public Console(PrintStream out, Level level, boolean terminal) {
        this.out = out;
        this.level = level;
        this.terminal = terminal;
    }

    /** The console of this process. */
    public static Console standard(Level level) {
        return new Console(System.err, level, isTerminal());
    }

    /** One that says nothing. */
    public static Console silent() {
        return new Console(System.err, Level.QUIET, false);
    }

    /** System.console() speaks of standard input and output, and progress goes to standard error. */
    private static boolean isTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /** Says a line, unless quiet. */
    public void say(String line) {
        if (level != Level.QUIET) {
            out.println(terminal ? ERASED_LINE + line : line);
        }
    }

    /** Says a line if verbose. */
    public void detail(String line) {
        if (level == Level.VERBOSE) {
            out.println(terminal ? ERASED_LINE + line : line);
        }
    }

    /** True when everything is to be said. */
    public boolean isVerbose() {
        return level == Level.VERBOSE;
    }

    /**
     * Begins some long work.
     *
     * @param task  what it is, in a word
     * @param total its steps
     * @param done  the steps that are done already
     */
    public Progress progress(String task, long total, long done) {
        return switch (level) {
            case QUIET -> new SilentProgress();
            case NORMAL -> terminal ? new BarProgress(out, task, total, done)
                    : new LineProgress(out, task, total, done, false);
            case VERBOSE -> new LineProgress(out, task, total, done, true);
        };
    }
}
