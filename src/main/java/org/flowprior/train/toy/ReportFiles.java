package org.flowprior.train.toy;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.flowprior.config.Json;
import org.flowprior.target.ToyTarget;
import org.flowprior.torch.io.AtomicFiles;

/** A {@link ToyReport} as {@code report.json}, every number, and {@code report.md}, in words. */
public final class ReportFiles {

    /** The numbers. */
    public static final String JSON = "report.json";
    /** The words. */
    public static final String MARKDOWN = "report.md";

    private ReportFiles() {}

    /** Writes both files into the directory. */
    public static void write(Path directory, ToyTarget target, ToyReport report) throws IOException {
        AtomicFiles.write(directory.resolve(MARKDOWN), ReportText.markdown(target, report));
        AtomicFiles.write(directory.resolve(JSON), Json.pretty(json(target, report)));
    }

    static JsonObject json(ToyTarget target, ToyReport report) {
        JsonObject json = new Gson().toJsonTree(report).getAsJsonObject();
        for (JsonElement aligned : json.getAsJsonArray("alignments")) {
            JsonObject object = aligned.getAsJsonObject();
            object.add("weighting", new JsonPrimitive(object.get("weighting").getAsString().toLowerCase(Locale.ROOT)));
        }
        JsonObject whole = new JsonObject();
        whole.addProperty("target", target.commandName());
        json.asMap().forEach(whole::add);
        JsonArray sentences = new JsonArray();
        List<String> lines = ReportText.sentences(report);
        lines.forEach(sentences::add);
        whole.add("sentences", sentences);
        return whole;
    }
}
