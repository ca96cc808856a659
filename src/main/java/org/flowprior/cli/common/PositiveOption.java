package org.flowprior.cli.common;

import java.util.function.Function;
import picocli.CommandLine.ParameterException;

/** Options whose number must be at least 1. */
public final class PositiveOption {

    private PositiveOption() {}

    /**
     * Refuses a number below 1.
     *
     * @param value the option's; null when it was not given
     * @param wrong makes the refusal
     */
    public static void require(String option, Number value, Function<String, ParameterException> wrong) {
        if (value != null && value.longValue() < 1) {
            throw wrong.apply(option + " must be at least 1, not " + value);
        }
    }
}
