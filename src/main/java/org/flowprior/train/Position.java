package org.flowprior.train;

import com.google.gson.JsonElement;
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

    /** Reads the position of a checkpoint. */
    public static Position of(Path checkpoint) {
        JsonObject json = Json.read(checkpoint.resolve(FILE));
        return new Position(json.get("phase").getAsString(), json.get("phaseStep").getAsLong(),
                json.get("step").getAsLong(), json.get("seconds").getAsDouble(), json.get("windowSteps").getAsLong(),
                json.getAsJsonArray("windowSums").asList().stream().mapToDouble(JsonElement::getAsDouble).toArray());
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
