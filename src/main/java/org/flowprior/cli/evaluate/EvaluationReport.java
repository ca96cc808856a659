package org.flowprior.cli.evaluate;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.flowprior.cli.common.TextTable;
import org.flowprior.config.Json;
import org.flowprior.eval.ImageSet;
import org.flowprior.torch.io.AtomicFiles;

/**
 * The results of {@code evaluate}, as a table and as JSON:
 *
 * <pre>{@code
 * {"generated": "samples", "generatedImages": 500, "real": "…", "realImages": 500, "imageSize": 64,
 *  "features": "classifier features", "published": false, "dimension": 128, "convention": "torch-fidelity", "k": 3,
 *  "referenceWritten": "reference.npz", "seed": 0,
 *  "metrics": {"fid": 1.5, "sfid": …, "inceptionScore": …, "inceptionScoreDeviation": …, "precision": …, "recall": …,
 *              "fScore": …, "rfid": …, "psnr": …, "ssim": …, "lpips": …, "meanLogDistance": …, "clampedDistances": …},
 *  "labels": {"fid": "FID of classifier features", …}, "notes": […]}
 * }</pre>
 *
 * with the requested metrics. A number that is not finite is the string {@code "Infinity"} or {@code "NaN"}.
 */
final class EvaluationReport {

    private final List<List<String>> rows = new ArrayList<>();
    private final JsonObject json = new JsonObject();
    private final JsonObject metrics = new JsonObject();
    private final JsonObject labels = new JsonObject();
    private final JsonArray notes = new JsonArray();

    /** Adds a row to the table. */
    void row(String label, String text) {
        rows.add(List.of(label, text));
    }

    /** Adds an entry to the JSON: a number or a Boolean as itself, anything else as text. */
    void fact(String key, Object value) {
        switch (value) {
            case Number number -> json.addProperty(key, number);
            case Boolean truth -> json.addProperty(key, truth);
            default -> json.addProperty(key, value.toString());
        }
    }

    /** Adds the file of an input, unless it is null. */
    void input(String name, Path file) {
        if (file != null) {
            fact(name, file);
            row(name, file.toString());
        }
    }

    /** Adds the image sets; either may be null. */
    void sets(ImageSet generated, ImageSet real) {
        set("generated", generated);
        set("real", real);
        ImageSet judged = generated == null ? real : generated;
        fact("imageSize", judged.side());
        if (real != null && real.side() != judged.side()) {
            fact("realImageSize", real.side());
        }
    }

    private void set(String name, ImageSet images) {
        if (images != null) {
            fact(name, images.name());
            fact(name + "Images", images.count());
            row(name, images.toString());
        }
    }

    /** Adds a result to the JSON and the table. */
    void metric(String key, String label, double value) {
        number(key, label, value);
        row(label, String.format(Locale.ROOT, "%.6g", value));
    }

    /** Adds a result to the JSON only. */
    void number(String key, String label, double value) {
        if (Double.isFinite(value)) {
            metrics.addProperty(key, value);
        } else {
            metrics.addProperty(key, Double.toString(value));
        }
        labels.addProperty(key, label);
    }

    /** Adds a note about the results, printed below them. */
    void note(String text) {
        notes.add(text);
    }

    /** Prints the table. */
    void print(PrintWriter to) {
        List<List<String>> all = new ArrayList<>(rows);
        notes.forEach(text -> all.add(List.of("note", text.getAsString())));
        if (!all.isEmpty()) {
            TextTable.print(to, all);
        }
    }

    /** Writes the JSON. */
    void write(Path file) throws IOException {
        JsonObject whole = json.deepCopy();
        whole.add("metrics", metrics);
        whole.add("labels", labels);
        whole.add("notes", notes);
        AtomicFiles.write(file, Json.pretty(whole));
    }
}
