package org.flowprior.cli.common;

import java.io.PrintWriter;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.flowprior.console.Console;

/** The command line as its commands see it. */
public interface Session {

    /** Returns the console on which commands report progress. */
    Console console();

    /**
     * Turns Ctrl-C and SIGTERM into a request to stop, from now until the command has ended.
     *
     * @param announcement printed when the signal comes
     * @return true once a signal has come; long work checks it between steps
     */
    BooleanSupplier stopRequests(String announcement);

    /** Does the same for training, which writes a checkpoint before it ends. */
    default BooleanSupplier stopRequests() {
        return stopRequests("stopping: the step ends, then a checkpoint is written");
    }

    /**
     * Runs another command in this process.
     *
     * @param out   for results
     * @param err   for errors
     * @param last  runs before a signal may end the process
     * @param words the command and its options
     * @return the exit code
     */
    int run(PrintWriter out, PrintWriter err, Runnable last, List<String> words);
}
