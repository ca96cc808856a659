package org.flowprior.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The help of all commands at 80 columns: nothing is cut, and its examples are lines that the shell takes. */
class HelpTest {

    private static Stream<String> commands() {
        return names("", Main.commandLine(new Main()));
    }

    private static Stream<String> names(String prefix, CommandLine command) {
        return command.getSubcommands().entrySet().stream().flatMap(entry -> Stream.concat(
                Stream.of(prefix + entry.getKey()), names(prefix + entry.getKey() + " ", entry.getValue())));
    }

    private static String help(String command) {
        StringWriter out = new StringWriter();
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.add("--help");
        assertThat(Main.run(new PrintWriter(out), new PrintWriter(out), words.toArray(String[]::new))).isZero();
        return out.toString();
    }

    private static List<String> examples(String help) {
        return Pattern.compile("(?m)^  (flowprior .*?[^\\\\])$", Pattern.DOTALL).matcher(help).results()
                .map(found -> found.group(1).replaceAll("\\\\\\n *", "")).toList();
    }

    /** Splits a line as the shell does: words, and quotes around words. */
    private static String[] words(String example) {
        return Pattern.compile("'([^']*)'|(\\S+)").matcher(example).results().skip(1)
                .map(word -> word.group(1) != null ? word.group(1) : word.group(2)).toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpFitsEightyColumnsAndItsExamplesAreLinesOfThatCommand(String command) {
        String help = help(command);
        assertThat(help.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        List<String> examples = examples(help);
        assertThat(examples).hasSizeGreaterThanOrEqualTo(
                command.equals("forward") || command.equals("generate-completion") ? 0 : 1);
        for (String example : examples) {
            assertThat(example).startsWith("flowprior " + command);
            CommandLine.ParseResult parsed = Main.commandLine(new Main()).parseArgs(words(example));
            assertThat(parsed.subcommand().commandSpec().name()).isEqualTo(command.split(" ")[0]);
        }
    }

    @Test
    void aNarrowTerminalLeavesExamplesWhole() {
        CommandLine main = Main.commandLine(new Main());
        StringWriter out = new StringWriter();
        main.setOut(new PrintWriter(out)).setUsageHelpAutoWidth(false).setUsageHelpWidth(60);
        assertThat(main.execute("train-flow", "--help")).isZero();
        assertThat(examples(out.toString())).contains(
                "flowprior train-flow --bank banks/vq --set projection.kind=none --set training.steps=5000");
        assertThat(Arrays.stream(out.toString().split("\n")).map(String::length)).anyMatch(length -> length > 60);
    }
}
