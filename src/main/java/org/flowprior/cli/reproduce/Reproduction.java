package org.flowprior.cli.reproduce;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.flowprior.cli.common.Session;
import org.flowprior.config.Json;
import org.flowprior.config.RequestException;
import org.flowprior.train.RunDirectory;

/**
 * Makes a figure or table: runs the steps that are not done, in this process.
 *
 * @param root    the directory of the reproduction, which one process at a time holds
 * @param machine options for all commands
 */
record Reproduction(Subject subject, Path root, Recipe recipe, List<String> machine) {

    private static final String SCALE = "scale";

    /**
     * The environment in which the commands of steps run.
     *
     * @param session runs the commands; its console shows the begin and end of steps
     * @param results for results of the commands
     * @param errors  for errors of the commands
     * @param flags   put before every command
     */
    record Environment(Session session, PrintWriter results, PrintWriter errors, List<String> flags) {}

    /** Runs the missing steps, then writes the table or figure. Returns the exit code of the first that fails, else 0. */
    int run(Environment to, PrintWriter out) throws IOException {
        Plan plan = new Plan(root, recipe, machine);
        Outcome outcome = Outcome.of(subject, root, recipe, plan);
        try (RunDirectory held = RunDirectory.isRun(root) ? RunDirectory.resume(root) : begin()) {
            JsonObject config = Json.read(held.config());
            if (!config.has(SCALE) || !config.get(SCALE).getAsString().equals(recipe.scale())) {
                throw new RequestException(root + " does not hold a reproduction at scale " + recipe.scale()
                        + "; choose another --out");
            }
            Journal journal = Journal.open(root);
            int code = run(plan.steps(), journal, to);
            if (code == 0) {
                outcome.write(plan.steps().stream().mapToDouble(journal::seconds).sum(), out);
            }
            return code;
        }
    }

    /** Prints the commands of the steps that are not done. */
    void preview(PrintWriter out) throws IOException {
        Plan plan = new Plan(root, recipe, machine);
        Outcome.of(subject, root, recipe, plan);
        plan.steps().stream().filter(step -> !step.isDone()).forEach(step -> out.println(Step.typed(step.words())));
        out.flush();
    }

    private RunDirectory begin() throws IOException {
        JsonObject config = new JsonObject();
        config.addProperty(SCALE, recipe.scale());
        return RunDirectory.create(root, config);
    }

    private static int run(List<Step> steps, Journal journal, Environment to) throws IOException {
        steps.forEach(journal::requireSame);
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            if (step.isDone()) {
                to.session().console().detail(step.name() + " is done already");
                continue;
            }
            to.session().console()
                    .say(String.format(Locale.ROOT, "%nstep %d of %d: %s", i + 1, steps.size(), step.name()));
            int code = run(step, journal, to);
            if (code != 0) {
                to.errors()
                        .println("flowprior: the step " + step.name() + " is not done; the same command continues it");
                to.errors().flush();
                return code;
            }
            to.session().console()
                    .say(String.format(Locale.ROOT, "%s took %.0f s", step.name(), journal.seconds(step)));
        }
        return 0;
    }

    private static int run(Step step, Journal journal, Environment to) throws IOException {
        Files.createDirectories((step.run() == null ? step.result() : step.run()).getParent());
        List<String> command = new ArrayList<>(step.words());
        if (step.run() != null && RunDirectory.isRun(step.run())) {
            command.add("--resume");
        }
        to.session().console().say(Step.typed(command));
        journal.begin(step);
        long start = System.nanoTime();
        int code = to.session().run(to.results(), to.errors(),
                () -> journal.add(step, (System.nanoTime() - start) / 1e9), Recipe.with(to.flags(), command));
        if (code == 0 && !step.isDone()) {
            throw new IllegalStateException(step.name() + " ended without " + step.result());
        }
        return code;
    }
}
