package org.flowprior.cli.common;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.flowprior.config.RequestException;
import org.flowprior.torch.NativeLibraryException;
import org.flowprior.torch.OutOfMemoryException;
import org.flowprior.torch.TorchException;
import org.flowprior.train.DivergedException;
import org.flowprior.train.StoppedException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns an exception into a line or two on standard error and an exit code. */
public final class ErrorReport {

    /** The exit code of a command that failed while running. */
    public static final int FAILED = 1;
    /** The exit code of a request that cannot be carried out as it is. */
    public static final int WRONG_REQUEST = 2;
    /** The exit code after Ctrl-C; after SIGTERM the JVM replaces it with 143. */
    static final int STOPPED = 130;

    private ErrorReport() {}

    /** Prints the exception, with a stack trace if {@code verbose}. Returns the exit code. */
    public static int report(Throwable thrown, boolean verbose, PrintWriter err) {
        Throwable e = missingLibrary(thrown);
        err.println("flowprior: " + message(e));
        if (verbose) {
            e.printStackTrace(err);
        }
        err.flush();
        return code(e);
    }

    /** The missing library that an error of a class's initialisation hides; otherwise the error itself. */
    private static Throwable missingLibrary(Throwable thrown) {
        if (thrown instanceof LinkageError) {
            for (Throwable e = thrown.getCause(); e != null; e = e.getCause()) {
                if (e instanceof NativeLibraryException) {
                    return e;
                }
            }
        }
        return thrown;
    }

    private static int code(Throwable e) {
        return switch (e) {
            case StoppedException stopped -> STOPPED;
            case ParameterException wrong -> WRONG_REQUEST;
            case RequestException wrong -> WRONG_REQUEST;
            case IllegalArgumentException wrong -> WRONG_REQUEST; // of formats, state dicts, shapes of inputs
            case NativeLibraryException missing -> WRONG_REQUEST;
            case UncheckedIOException unchecked -> code(unchecked.getCause());
            case NoSuchFileException missing -> WRONG_REQUEST;
            case AccessDeniedException denied -> WRONG_REQUEST;
            default -> FAILED;
        };
    }

    private static String message(Throwable e) {
        return switch (e) {
            case UnmatchedArgumentException unmatched -> unmatched(unmatched);
            case ParameterException wrong -> wrong.getMessage() + "; " + help(wrong);
            case StoppedException stopped -> stopped.getMessage() + "; --resume continues from there";
            case DivergedException diverged -> diverged.getMessage();
            case RequestException wrong -> wrong.getMessage();
            case IllegalArgumentException wrong when wrong.getMessage() != null -> wrong.getMessage();
            case NativeLibraryException missing -> missing.getMessage();
            case OutOfMemoryException memory -> memory.getMessage() + "; a smaller batch needs less";
            case TorchException failed -> failed.getMessage();
            case NoSuchFileException missing -> "no such file: " + missing.getFile();
            case AccessDeniedException denied -> denied.getFile() + " may not be read or written";
            case FileSystemException failed -> failed.getMessage();
            case UncheckedIOException failed when failed.getMessage().equals(failed.getCause().toString()) ->
                    message(failed.getCause());
            case UncheckedIOException failed -> failed.getMessage();
            case IOException failed when failed.getMessage() != null -> failed.getMessage();
            case OutOfMemoryError memory -> "the Java heap is full: " + memory.getMessage()
                    + "; FLOWPRIOR_JAVA_OPTS=-Xmx8g makes it larger";
            default -> "unexpected " + e + "; --verbose shows where";
        };
    }

    private static String unmatched(UnmatchedArgumentException e) {
        String argument = e.getUnmatched().getFirst();
        String kind = argument.startsWith("-") ? "option"
                : e.getCommandLine().getParent() == null ? "command" : "argument";
        List<String> near = argument.startsWith("-") ? e.getSuggestions() : List.of();
        return "unknown " + kind + " " + argument + "; "
                + (near.isEmpty() ? "" : "did you mean " + String.join(" or ", near) + "? ") + help(e);
    }

    private static String help(ParameterException e) {
        return e.getCommandLine().getCommandSpec().qualifiedName() + " --help lists what there is";
    }
}
