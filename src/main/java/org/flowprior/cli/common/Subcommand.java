package org.flowprior.cli.common;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A command of {@code flowprior}, with the session that it was called in. */
public abstract class Subcommand implements Callable<Integer> {

    @ParentCommand
    private Session session;

    @Spec
    private CommandSpec spec;

    /** Returns the session. */
    protected final Session session() {
        return session;
    }

    /** Returns picocli's description of the command. */
    protected final CommandSpec spec() {
        return spec;
    }

    /** Returns the writer for results. */
    protected final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Returns the checks on the options that the user gave. */
    protected final OptionCheck check() {
        return new OptionCheck(spec);
    }

    /** Prints that a signal has stopped the command, with a remark. Returns the exit code. */
    protected final int stopped(String remark) {
        spec.commandLine().getErr().println("flowprior: stopped; " + remark);
        return ErrorReport.STOPPED;
    }
}
