package org.flowprior.cli.common;

import java.util.List;
import java.util.stream.Stream;
import org.flowprior.torch.Libtorch;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Checks which options of a command the user gave, and refuses those that do not go together. */
public final class OptionCheck {

    private final CommandSpec command;
    private final ParseResult given;

    /** Makes the checks for a command line that has been parsed. */
    public OptionCheck(CommandSpec command) {
        this.command = command;
        this.given = command.commandLine().getParseResult();
    }

    /** Returns true if the user gave that option; a flag that is set to false counts as not given. */
    public boolean has(String option) {
        return given.hasMatchedOption(option) && !Boolean.FALSE.equals(given.matchedOptionValue(option, null));
    }

    /** Returns those of the options that the user gave, in the order of the arguments. */
    public List<String> given(String... options) {
        return Stream.of(options).filter(this::has).toList();
    }

    /**
     * Refuses options that were given without another that they need.
     *
     * @param needed  how the message names the other one, such as {@code --encoder dinov2}
     * @param there   whether it was given
     * @param options the options that need it; the message names the first that was given
     */
    public void requireFor(String needed, boolean there, String... options) {
        if (!there) {
            given(options).stream().findFirst().ifPresent(option -> {
                throw wrong(option + " goes with " + needed);
            });
        }
    }

    /** Refuses numbers below 1, in the order of the arguments. */
    public void requirePositive(String... options) {
        for (String option : given(options)) {
            Number value = given.matchedOptionValue(option, 1);
            if (value.longValue() < 1) {
                throw wrong(option + " must be at least 1, not " + value);
            }
        }
    }

    /** Refuses numbers of threads out of range. */
    public void requireThreads(String... options) {
        for (String option : given(options)) {
            int value = given.matchedOptionValue(option, 1);
            if (value < 1 || value > Libtorch.MOST_THREADS) {
                throw wrong(option + " must be 1 to " + Libtorch.MOST_THREADS + ", not " + value
                        + " (this machine has " + Runtime.getRuntime().availableProcessors() + " processors)");
            }
        }
    }

    /** Makes the exception that refuses the request. */
    public ParameterException wrong(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
