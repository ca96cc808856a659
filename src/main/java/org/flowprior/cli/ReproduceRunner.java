package org.flowprior.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.flowprior.train.Console;

/** Does the steps of a reproduction that are not done, in this process. */
final class ReproduceRunner {

    /**
     * Where is said what.
     *
     * @param console where steps begin and end
     * @param results where their commands print results
     * @param errors  where they say what went wrong
     * @param flags   in front of every command
     */
    record Says(Console console, PrintWriter results, PrintWriter errors, List<String> flags) {}

    private final ReproduceJournal journal;
    private final Says says;

    ReproduceRunner(ReproduceJournal journal, Says says) {
        this.journal = journal;
        this.says = says;
    }

    /** Does them; the exit code of the first that fails, else 0. */
    int run(List<ReproduceStep> steps) throws IOException {
        steps.forEach(journal::requireSame);
        for (int i = 0; i < steps.size(); i++) {
            ReproduceStep step = steps.get(i);
            if (step.isDone()) {
                says.console().detail(step.name() + " is done already");
                continue;
            }
            says.console().say(String.format(Locale.ROOT, "%nstep %d of %d: %s", i + 1, steps.size(), step.name()));
            int code = run(step);
            if (code != 0) {
                says.errors().println("flowprior: the step " + step.name()
                        + " is not done; the same command goes on with it");
                says.errors().flush();
                return code;
            }
            says.console().say(String.format(Locale.ROOT, "%s took %.0f s", step.name(), journal.seconds(step)));
        }
        return 0;
    }

    private int run(ReproduceStep step) throws IOException {
        step.makeRoom();
        List<String> command = step.command();
        says.console().say(ReproduceStep.typed(command));
        journal.begin(step);
        List<String> words = new ArrayList<>(says.flags());
        words.addAll(command);
        long start = System.nanoTime();
        int code = Main.run(says.results(), says.errors(), () -> journal.add(step, (System.nanoTime() - start) / 1e9),
                words.toArray(String[]::new));
        if (code == 0 && !step.isDone()) {
            throw new IllegalStateException(step.name() + " ended without " + step.result());
        }
        return code;
    }
}
