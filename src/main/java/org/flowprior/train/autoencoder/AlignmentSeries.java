package org.flowprior.train.autoencoder;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flowprior.config.Json;
import org.flowprior.config.RequestException;
import org.flowprior.train.TrainingLoop;

/**
 * The alignment of an autoencoder's latents during its training, in both measures of Sec. 5.2, as in Figure 4.
 *
 * @param steps           steps of the evaluations, ascending
 * @param alignment       the alignment loss at each, a mean over channels
 * @param meanLogDistance mean of log r<sub>k</sub> at each
 * @param k               number of the neighbour
 * @param points          number of latent tokens whose neighbours were searched
 */
public record AlignmentSeries(double[] steps, double[] alignment, double[] meanLogDistance, int k, long points) {

    /** Throws {@link IllegalArgumentException} for fewer than two steps, and for series of different lengths. */
    public AlignmentSeries {
        if (steps.length < 2 || alignment.length != steps.length || meanLogDistance.length != steps.length) {
            throw new IllegalArgumentException("at least 2 steps need a value of both measures each, not "
                    + alignment.length + " and " + meanLogDistance.length + " for " + steps.length);
        }
    }

    /**
     * Reads the series from {@code metrics.jsonl} in a run directory. Leaves out a last row that is incomplete.
     *
     * @throws RequestException if the file does not exist or has another form, or has fewer than two evaluations with
     *                          both measures
     */
    public static AlignmentSeries read(Path run) {
        Path file = run.resolve("metrics.jsonl");
        List<JsonObject> rows = rows(file);
        if (rows.size() < 2) {
            throw new RequestException(file + " has " + rows.size() + " evaluations with alignment and "
                    + "meanLogDistance, fewer than 2; train with loss.alignment.prior and evaluation.bank, and lower "
                    + "evaluation.every");
        }
        JsonObject last = rows.getLast();
        return new AlignmentSeries(column(rows, "step"), column(rows, AutoencoderEvaluation.ALIGNMENT),
                column(rows, LatentDistances.MEAN_LOG_DISTANCE), last.get(LatentDistances.K).getAsInt(),
                last.get(LatentDistances.POINTS).getAsLong());
    }

    private static List<JsonObject> rows(Path file) {
        List<JsonObject> rows = new ArrayList<>();
        String text = text(file);
        String[] lines = text.substring(0, text.lastIndexOf('\n') + 1).split("\n");
        for (int i = 0; i < lines.length; i++) {
            if (!lines[i].isEmpty()) {
                JsonObject row = Json.parse(lines[i], file + ", line " + (i + 1) + ",");
                JsonElement phase = row.get("phase");
                if (phase != null && phase.getAsString().equals(TrainingLoop.EVALUATION)
                        && row.has(AutoencoderEvaluation.ALIGNMENT) && row.has(LatentDistances.MEAN_LOG_DISTANCE)) {
                    rows.add(row);
                }
            }
        }
        return rows;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new RequestException("no such file: " + file + "; a run of train-autoencoder has one", e);
        } catch (IOException e) {
            throw new RequestException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static double[] column(List<JsonObject> rows, String name) {
        return rows.stream().mapToDouble(row -> row.get(name).getAsDouble()).toArray();
    }
}
