package org.flowprior.train;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flowprior.config.Json;
import org.flowprior.config.JsonFields;

/**
 * The position of a run, as a checkpoint's {@code state.json} has it.
 *
 * @param phase       name of the stage
 * @param phaseStep   number of steps of the stage that are done
 * @param step        number of steps of the whole run that are done
 * @param seconds     time that those took
 * @param windowSteps number of steps since the last logged row
 * @param windowSums  sums of their metrics
 */
public record Position(String phase, long phaseStep, long step, double seconds, long windowSteps, double[] windowSums) {

    private static final String FILE = "state.json";

    /** Reads the position of a checkpoint. Throws {@link IllegalArgumentException} that names a damaged file. */
    public static Position of(Path checkpoint) {
        return JsonFields.read(checkpoint.resolve(FILE), "a checkpoint", json -> {
            Position position = new Position(json.text("phase"), json.integer("phaseStep"), json.integer("step"),
                    json.number("seconds"), json.integer("windowSteps"), json.numbers("windowSums"));
            position.check();
            return position;
        });
    }

    private void check() {
        JsonFields.require(phaseStep >= 1 && phaseStep <= step && windowSteps >= 0 && windowSteps <= phaseStep
                && seconds >= 0, "its numbers of steps or its seconds are not those of a run");
    }

    void write(Path checkpoint) throws IOException {
        JsonObject json = new JsonObject();
        json.addProperty("step", step);
        json.addProperty("phase", phase);
        json.addProperty("phaseStep", phaseStep);
        json.addProperty("seconds", seconds);
        json.addProperty("windowSteps", windowSteps);
        json.add("windowSums", JsonFields.array(windowSums));
        Files.writeString(checkpoint.resolve(FILE), Json.pretty(json));
    }
}
