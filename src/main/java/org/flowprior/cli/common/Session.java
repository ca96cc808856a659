package org.flowprior.cli.common;

import java.io.PrintWriter;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.flowprior.console.Console;

/** What a command asks of the command line that it was called on. */
public interface Session {

    /** Where commands report progress. */
    Console console();

    /**
     * Turns Ctrl-C and SIGTERM into a request that long work checks between steps, from now until the command has
     * ended.
     *
     * @param announcement what is printed when the signal comes
     */
    BooleanSupplier stopRequests(String announcement);

    /** The same, for training, which writes a checkpoint before it ends. */
    default BooleanSupplier stopRequests() {
        return stopRequests("stopping: the step ends, then a checkpoint is written");
    }

    /**
     * Runs another command in this process.
     *
     * @param out   for results
     * @param err   for errors
     * @param last  is done before the process may end if a signal asks for that
     * @param words the command and its options
     * @return the exit code
     */
    int run(PrintWriter out, PrintWriter err, Runnable last, List<String> words);
}
