package org.flowprior.cli.reproduce;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.flowprior.config.Json;
import org.flowprior.config.RequestException;
import org.flowprior.train.RunDirectory;

/**
 * A figure or table in the making.
 *
 * @param root    the directory of the reproduction, which one process at a time holds
 * @param machine options for all commands
 */
record Reproduction(Subject subject, Path root, Recipe recipe, List<String> machine) {

    private static final String SCALE = "scale";

    /** Does what is missing, then writes the table or figure. Returns the exit code. */
    int run(Runner.Says says, PrintWriter out) throws IOException {
        Plan plan = new Plan(root, recipe, machine);
        Outcome outcome = Outcome.of(subject, root, recipe, plan);
        try (RunDirectory held = RunDirectory.isRun(root) ? RunDirectory.resume(root) : begin()) {
            requireScale(held);
            Journal journal = Journal.open(root);
            int code = new Runner(journal, says).run(plan.steps());
            if (code == 0) {
                outcome.write(plan.steps().stream().mapToDouble(journal::seconds).sum(), out);
            }
            return code;
        }
    }

    private RunDirectory begin() throws IOException {
        JsonObject config = new JsonObject();
        config.addProperty(SCALE, recipe.scale());
        return RunDirectory.create(root, config);
    }

    private void requireScale(RunDirectory held) {
        JsonObject config = Json.read(held.config());
        if (!config.has(SCALE) || !config.get(SCALE).getAsString().equals(recipe.scale())) {
            throw new RequestException(root + " holds something else than a reproduction at scale " + recipe.scale()
                    + "; choose another --out");
        }
    }
}
