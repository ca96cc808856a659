package org.flowprior.console;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Prints what a command is doing to standard error: a progress bar on a terminal, plain lines otherwise. */
public final class Console {

    /** The amount of output. */
    public enum Level {
        /** Only errors. */
        QUIET,
        /** Progress, and a line at the start or end of each part of the work. */
        NORMAL,
        /** Each row of metrics, and details. */
        VERBOSE
    }

    /** Erases a progress bar; it is drawn again below the line. */
    private static final String ERASED_LINE = "\r\u001b[K";

    private final PrintStream out;
    private final Level level;
    private final boolean terminal;

    /** A console that prints to that stream. */
    public Console(PrintStream out, Level level, boolean terminal) {
        this.out = out;
        this.level = level;
        this.terminal = terminal;
    }

    /** The console of this process. */
    public static Console standard(Level level) {
        return new Console(System.err, level, isTerminal());
    }

    /** A console that prints nothing. */
    public static Console silent() {
        return new Console(System.err, Level.QUIET, false);
    }

    /** Checks standard error itself, because System.console() checks standard input and output. */
    private static boolean isTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /** Prints a line unless the level is quiet. */
    public void say(String line) {
        if (level != Level.QUIET) {
            out.println(terminal ? ERASED_LINE + line : line);
        }
    }

    /** Prints a line if the level is verbose. */
    public void detail(String line) {
        if (isVerbose()) {
            say(line);
        }
    }

    /** True if the level is verbose. */
    public boolean isVerbose() {
        return level == Level.VERBOSE;
    }

    /**
     * Starts the display of long work.
     *
     * @param task  a word that names the work
     * @param total the number of steps
     * @param done  the number of steps that are already done
     */
    public Progress progress(String task, long total, long done) {
        return progress(task, "steps", total, done);
    }

    /**
     * Starts the display of long work that is counted in other units than steps.
     *
     * @param unit the plural of what is counted, such as {@code rows}
     */
    public Progress progress(String task, String unit, long total, long done) {
        return switch (level) {
            case QUIET -> new Progress() {};
            case NORMAL -> terminal ? new BarProgress(out, task, unit, total, done)
                    : new LineProgress(out, task, unit, total, done, false);
            case VERBOSE -> new LineProgress(out, task, unit, total, done, true);
        };
    }
}
