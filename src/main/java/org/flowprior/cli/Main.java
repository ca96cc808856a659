package org.flowprior.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.flowprior.cli.bench.Bench;
import org.flowprior.cli.common.ErrorReport;
import org.flowprior.cli.common.Session;
import org.flowprior.cli.common.StopHook;
import org.flowprior.cli.convert.Convert;
import org.flowprior.cli.encode.Encode;
import org.flowprior.cli.evaluate.Evaluate;
import org.flowprior.cli.features.Features;
import org.flowprior.cli.forward.Forward;
import org.flowprior.cli.reproduce.Reproduce;
import org.flowprior.cli.sample.Sample;
import org.flowprior.cli.toy.Toy;
import org.flowprior.cli.train.TrainAutoencoder;
import org.flowprior.cli.train.TrainFlow;
import org.flowprior.cli.train.TrainMar;
import org.flowprior.console.Console;
import org.flowprior.train.RunMachine;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code flowprior COMMAND}: the entry point of the command line. */
@Command(
        name = "flowprior",
        description = "Aligning latent spaces with flow priors.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false,
        usageHelpAutoWidth = true,
        subcommands = {
            Toy.class, Features.class, TrainFlow.class, TrainAutoencoder.class, Encode.class, TrainMar.class,
            Sample.class, Evaluate.class, Reproduce.class, Forward.class, Inspect.class, Convert.class, Bench.class,
            Doctor.class,
            GenerateCompletion.class},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:done",
            " 1:failed while running",
            " 2:the request was wrong: an option, the config, an input file",
            " 130, 143:stopped by Ctrl-C or SIGTERM; training has written a checkpoint"})
public final class Main implements Runnable, Session {

    /** The form in which the JDK's logging prints a warning. */
    private static final String LOG_LINE = "java.util.logging.SimpleFormatter.format";

    @Option(names = {"-q", "--quiet"}, scope = ScopeType.INHERIT,
            description = "prints results and errors only, no progress")
    private boolean quiet;

    @Option(names = {"-v", "--verbose"}, scope = ScopeType.INHERIT,
            description = "prints every logged row, and stack traces of errors")
    private boolean verbose;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private StopHook stopHook;

    /** Makes the command line of one call. */
    public Main() {}

    /** Reads the version from the jar's manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"flowprior " + RunMachine.flowpriorVersion()};
        }
    }

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        int code = run(args);
        System.out.flush();
        System.err.flush();
        System.exit(code);
    }

    /** Runs the command in this process, on standard output and error. Returns the exit code, and throws nothing. */
    public static int run(String... args) {
        return run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args);
    }

    /** Runs the command in this process. Returns the exit code, and throws nothing. */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        return run(out, err, () -> {}, args);
    }

    /** Does the same, and runs {@code last} before a signal may end the process. */
    public static int run(PrintWriter out, PrintWriter err, Runnable last, String... args) {
        System.setProperty("java.awt.headless", "true");
        System.setProperty(LOG_LINE, System.getProperty(LOG_LINE, "flowprior: %5$s%n"));
        Main main = new Main();
        try {
            return commandLine(main).setOut(out).setErr(err).execute(args);
        } catch (Throwable e) { // errors of the JVM, which picocli does not catch
            return ErrorReport.report(e, main.verbose, err);
        } finally {
            try {
                last.run();
            } finally {
                if (main.stopHook != null) {
                    main.stopHook.close();
                }
            }
        }
    }

    /** Returns picocli's command line with all commands. */
    public static CommandLine commandLine(Main main) {
        return new CommandLine(main)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(Main::helpOrRun)
                .setParameterExceptionHandler((e, args) -> ErrorReport.report(e, false, e.getCommandLine().getErr()))
                .setExecutionExceptionHandler(
                        (e, command, result) -> ErrorReport.report(e, main.verbose, command.getErr()));
    }

    /** Shows help for the last command named, even if --help comes before it: {@code forward --help MODULE}. */
    private static int helpOrRun(CommandLine.ParseResult parsed) {
        CommandLine.ParseResult last = parsed;
        boolean help = parsed.isUsageHelpRequested();
        while (last.hasSubcommand()) {
            last = last.subcommand();
            help |= last.isUsageHelpRequested();
        }
        if (help) {
            CommandLine command = last.commandSpec().commandLine();
            command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_FOOTER, Main::footer);
            command.usage(command.getOut());
            return 0;
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    /** Returns the examples line by line; picocli would wrap them, and they could not be copied. */
    private static String footer(CommandLine.Help help) {
        return String.format(String.join("%n", help.commandSpec().usageMessage().footer()) + "%n");
    }

    /** Lists the commands if none is given. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Override
    public BooleanSupplier stopRequests(String announcement) {
        if (stopHook == null) {
            stopHook = new StopHook(console(), announcement);
        }
        return stopHook::isRequested;
    }

    @Override
    public Console console() {
        return Console.standard(quiet ? Console.Level.QUIET : verbose ? Console.Level.VERBOSE : Console.Level.NORMAL);
    }

    @Override
    public int run(PrintWriter out, PrintWriter err, Runnable last, List<String> words) {
        return run(out, err, last, words.toArray(String[]::new));
    }
}
