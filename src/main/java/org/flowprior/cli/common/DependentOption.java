package org.flowprior.cli.common;

import java.util.function.Function;
import picocli.CommandLine.ParameterException;

/** Options that mean something only together with another one. */
public final class DependentOption {

    private DependentOption() {}

    /**
     * Refuses an option without the one that it depends on.
     *
     * @param value the option's; null when it was not given
     * @param given whether the other one was
     * @param other the other one, as the message names it
     * @param wrong makes the refusal
     */
    public static void require(String option, Object value, boolean given, String other,
            Function<String, ParameterException> wrong) {
        if (value != null && !given) {
            throw wrong.apply(option + " goes with " + other);
        }
    }
}
