package org.flowprior.cli;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.flowprior.train.Json;
import org.flowprior.train.RequestException;
import org.flowprior.train.RunDirectory;

/**
 * A figure or table in the making.
 *
 * @param root    the directory of the reproduction, which one process at a time holds
 * @param machine options for all commands
 */
record ReproduceWork(ReproduceSubject subject, Path root, ReproduceRecipe recipe, List<String> machine) {

    private static final String SCALE = "scale";

    /** Does what is missing, then writes the table or figure. Returns the exit code. */
    int run(ReproduceRunner.Says says, PrintWriter out) throws IOException {
        ReproducePlan plan = new ReproducePlan(root, recipe, machine);
        ReproduceOutcome outcome = ReproduceOutcome.of(subject, root, recipe, plan);
        try (RunDirectory held = RunDirectory.isRun(root) ? RunDirectory.resume(root) : begin()) {
            requireScale(held);
            ReproduceJournal journal = ReproduceJournal.open(root);
            int code = new ReproduceRunner(journal, says).run(plan.steps());
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
