package org.flowprior.cli.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

class OptionCheckTest {

    /** A command with a number, a flag and an option with a default. */
    @Command(name = "try")
    private static final class Options {

        @Option(names = {"-n", "--number"})
        private Integer number;

        @Option(names = "--flag", arity = "0..1")
        private boolean flag;

        @Option(names = "--kept", defaultValue = "-1")
        private int kept;
    }

    private static OptionCheck parse(String... args) {
        CommandLine line = new CommandLine(new Options());
        line.parseArgs(args);
        return new OptionCheck(line.getCommandSpec());
    }

    @Test
    void onlyWhatWasTypedIsGiven() {
        assertThat(parse().given("--number", "--flag", "--kept")).isEmpty();
        assertThat(parse("--flag", "-n", "2").given("--number", "--flag", "--kept"))
                .containsExactly("--number", "--flag");
        assertThat(parse("--flag=false").has("--flag")).isFalse();
    }

    @Test
    void theFirstOptionWithoutWhatItNeedsIsNamed() {
        OptionCheck given = parse("--flag", "-n", "2");
        given.requireFor("--images", true, "--number", "--flag");
        assertThatThrownBy(() -> given.requireFor("--images", false, "--kept", "--number", "--flag"))
                .isInstanceOf(ParameterException.class).hasMessage("--number goes with --images");
    }

    @Test
    void numbersBelowOneAreRefused() {
        parse("-n", "1").requirePositive("--number", "--kept");
        assertThatThrownBy(() -> parse("-n", "0").requirePositive("--number"))
                .isInstanceOf(ParameterException.class).hasMessage("--number must be at least 1, not 0");
    }
}
