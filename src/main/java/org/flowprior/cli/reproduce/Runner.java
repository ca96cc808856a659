package org.flowprior.cli.reproduce;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.flowprior.cli.common.Session;

/** Does the steps of a reproduction that are not done, in this process. */
final class Runner {

    /**
     * Where is said what.
     *
     * @param session runs the commands; its console says where steps begin and end
     * @param results where their commands print results
     * @param errors  where they say what went wrong
     * @param flags   in front of every command
     */
    record Says(Session session, PrintWriter results, PrintWriter errors, List<String> flags) {}

    private final Journal journal;
    private final Says says;

    Runner(Journal journal, Says says) {
        this.journal = journal;
        this.says = says;
    }

    /** Does them; the exit code of the first that fails, else 0. */
    int run(List<Step> steps) throws IOException {
        steps.forEach(journal::requireSame);
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            if (step.isDone()) {
                says.session().console().detail(step.name() + " is done already");
                continue;
            }
            says.session().console()
                    .say(String.format(Locale.ROOT, "%nstep %d of %d: %s", i + 1, steps.size(), step.name()));
            int code = run(step);
            if (code != 0) {
                says.errors().println("flowprior: the step " + step.name()
                        + " is not done; the same command goes on with it");
                says.errors().flush();
                return code;
            }
            says.session().console()
                    .say(String.format(Locale.ROOT, "%s took %.0f s", step.name(), journal.seconds(step)));
        }
        return 0;
    }

    private int run(Step step) throws IOException {
        step.makeRoom();
        List<String> command = step.command();
        says.session().console().say(Step.typed(command));
        journal.begin(step);
        List<String> words = new ArrayList<>(says.flags());
        words.addAll(command);
        long start = System.nanoTime();
        int code = says.session().run(says.results(), says.errors(),
                () -> journal.add(step, (System.nanoTime() - start) / 1e9), words);
        if (code == 0 && !step.isDone()) {
            throw new IllegalStateException(step.name() + " ended without " + step.result());
        }
        return code;
    }
}
