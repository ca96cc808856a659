package org.flowprior.cli.reproduce;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.flowprior.config.Json;
import org.flowprior.config.RequestException;
import org.flowprior.torch.io.AtomicFiles;

/**
 * The file {@code steps.json} of a reproduction: the command of each step that was begun, and the seconds that it took.
 * A step that is there was made by what is written there, or is not used.
 */
final class Journal {

    private static final String FILE = "steps.json";
    private static final String COMMAND = "command";
    private static final String SECONDS = "seconds";
    private static final String HERE = "DIR";

    private final Path root;
    private final JsonObject steps;

    private Journal(Path root, JsonObject steps) {
        this.root = root;
        this.steps = steps;
    }

    /** The journal in that directory, which may have none yet. */
    static Journal open(Path root) {
        Path file = root.resolve(FILE);
        return new Journal(root, Files.exists(file) ? Json.read(file) : new JsonObject());
    }

    /**
     * Requires that the step, if it was begun, was begun as it is asked for now.
     *
     * @throws RequestException when it was not, and when its files are there and nothing is known of them
     */
    void requireSame(Step step) {
        JsonElement begun = steps.get(step.name());
        if (begun == null) {
            if (step.isDone()) {
                throw new RequestException(step.result() + " is there, but " + root.resolve(FILE)
                        + " does not know what made it; remove it or choose another --out");
            }
            return;
        }
        String before = begun.getAsJsonObject().get(COMMAND).getAsString();
        if (!before.equals(text(step.words()))) {
            throw new RequestException(root.resolve(step.name()) + " was made by '" + before + "' and would now be '"
                    + text(step.words()) + "'; choose another --out");
        }
    }

    /** Writes down that a step begins. */
    void begin(Step step) {
        if (!steps.has(step.name())) {
            JsonObject entry = new JsonObject();
            entry.addProperty(COMMAND, text(step.words()));
            entry.addProperty(SECONDS, 0.0);
            steps.add(step.name(), entry);
            write();
        }
    }

    /** Writes down that so much more time went into a step. */
    void add(Step step, double seconds) {
        steps.getAsJsonObject(step.name()).addProperty(SECONDS, seconds(step) + seconds);
        write();
    }

    /** The time that a step took, all its attempts together but for those that were killed. */
    double seconds(Step step) {
        return steps.getAsJsonObject(step.name()).get(SECONDS).getAsDouble();
    }

    /** The command without the place of the reproduction, which may be moved. */
    private String text(List<String> words) {
        Pattern place = Pattern.compile("(^|[:=])" + Pattern.quote(root + "/"));
        return Step.typed(words.stream().map(word -> place.matcher(word).replaceFirst("$1" + HERE + "/"))
                .toList());
    }

    private void write() {
        AtomicFiles.write(root.resolve(FILE), Json.pretty(steps));
    }
}
