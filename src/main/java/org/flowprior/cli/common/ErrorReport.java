package org.flowprior.cli.common;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.flowprior.config.NearNames;
import org.flowprior.config.RequestException;
import org.flowprior.torch.NativeLibraryException;
import org.flowprior.torch.OutOfMemoryException;
import org.flowprior.torch.TorchException;
import org.flowprior.train.DivergedException;
import org.flowprior.train.StoppedException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
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
        err.println("flowprior: " + message(e) + (isUnmappable(e) ? "; this locale has names in "
                + System.getProperty("sun.jnu.encoding") + " only, LC_ALL=C.UTF-8 allows any letter" : ""));
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

    /** Returns whether a path has letters that the locale's encoding does not have. */
    private static boolean isUnmappable(Throwable e) {
        return e instanceof InvalidPathException invalid && invalid.getReason().contains("unmappable")
                || e.getCause() != null && e.getCause() != e && isUnmappable(e.getCause());
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
            case ParameterException wrong when constants(wrong).length > 0 -> wrongName(wrong);
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
        CommandSpec command = e.getCommandLine().getCommandSpec();
        boolean option = argument.startsWith("-");
        String kind = option ? "option" : command.subcommands().isEmpty() ? "argument"
                : command.usageMessage().synopsisSubcommandLabel().toLowerCase(Locale.ROOT);
        Optional<String> near = NearNames.find(argument, option ? command.optionsMap().keySet()
                : command.subcommands().keySet());
        return "unknown " + kind + " " + argument + "; " + near.map(name -> "did you mean " + name + "? ").orElse("")
                + help(e);
    }

    /** Returns the constants of the enum that an option or a parameter takes; none if it takes something else. */
    private static Object[] constants(ParameterException e) {
        if (e.getArgSpec() == null || e.getValue() == null) {
            return new Object[0];
        }
        Class<?> type = e.getArgSpec().auxiliaryTypes()[0];
        return type.isEnum() && e.getArgSpec().converters().length == 0 ? type.getEnumConstants() : new Object[0];
    }

    private static String wrongName(ParameterException e) {
        String argument = e.getArgSpec() instanceof OptionSpec option ? option.longestName()
                : e.getArgSpec().paramLabel();
        List<String> names = Stream.of(constants(e)).map(name -> name.toString().toLowerCase(Locale.ROOT)).toList();
        return argument + " must be " + (names.size() > 1 ? "one of " : "") + String.join(", ", names) + ", not "
                + e.getValue()
                + NearNames.find(e.getValue(), names).map(near -> "; did you mean " + near + "?").orElse("");
    }

    private static String help(ParameterException e) {
        return e.getCommandLine().getCommandSpec().qualifiedName() + " --help lists what there is";
    }
}
