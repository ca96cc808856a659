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
 * The file {@code steps.json} of a reproduction: the command of each step that was begun, and its seconds. The result
 * of a step is used only if the journal has the command that makes it now.
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

    /** Opens the journal in that directory; an empty one if it has none yet. */
    static Journal open(Path root) {
        Path file = root.resolve(FILE);
        return new Journal(root, Files.exists(file) ? Json.read(file) : new JsonObject());
    }

    /**
     * Requires that a step that was begun has the same command now.
     *
     * @throws RequestException if it has another, or if its result exists and the journal has no command for it
     */
    void requireSame(Step step) {
        JsonElement begun = steps.get(step.name());
        if (begun == null) {
            if (step.isDone()) {
                throw new RequestException(step.result() + " exists, but " + root.resolve(FILE)
                        + " has no command for it; remove it or choose another --out");
            }
            return;
        }
        String before = begun.getAsJsonObject().get(COMMAND).getAsString();
        if (!before.equals(text(step.words()))) {
            throw new RequestException(root.resolve(step.name()) + " was made by '" + before + "' and would now be '"
                    + text(step.words()) + "'; choose another --out");
        }
    }

    /** Records that a step begins. */
    void begin(Step step) {
        if (!steps.has(step.name())) {
            JsonObject entry = new JsonObject();
            entry.addProperty(COMMAND, text(step.words()));
            entry.addProperty(SECONDS, 0.0);
            steps.add(step.name(), entry);
            write();
        }
    }

    /** Adds seconds to the time of a step. */
    void add(Step step, double seconds) {
        steps.getAsJsonObject(step.name()).addProperty(SECONDS, seconds(step) + seconds);
        write();
    }

    /** Returns the seconds of a step over all its attempts, except those that were killed. */
    double seconds(Step step) {
        return steps.getAsJsonObject(step.name()).get(SECONDS).getAsDouble();
    }

    /** Returns the command without the directory of the reproduction, which may be moved. */
    private String text(List<String> words) {
        Pattern place = Pattern.compile("(^|[:=])" + Pattern.quote(root + "/"));
        return Step.typed(words.stream().map(word -> place.matcher(word).replaceFirst("$1" + HERE + "/"))
                .toList());
    }

    private void write() {
        AtomicFiles.write(root.resolve(FILE), Json.pretty(steps));
    }
}
