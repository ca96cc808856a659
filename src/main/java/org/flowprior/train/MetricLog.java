package org.flowprior.train;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.stream.Collectors;
import org.flowprior.config.Json;
import org.flowprior.torch.io.AtomicFiles;

/**
 * The metrics of a run: {@code metrics.jsonl}, a row of which is an object with {@code step}, {@code phase} and the
 * metrics, and the same for TensorBoard under {@code phase/metric}. The rows have no times, so the same seed gives the
 * same file.
 */
public final class MetricLog implements AutoCloseable {

    private final FileChannel file;
    private final Writer rows;
    private final EventFile events;

    private MetricLog(FileChannel file, EventFile events) {
        this.file = file;
        this.rows = Channels.newWriter(file, StandardCharsets.UTF_8);
        this.events = events;
    }

    /** Opens the log of a run. Drops rows after its newest checkpoint, because those steps are done again. */
    public static MetricLog open(RunDirectory run) throws IOException {
        long step = run.newestCheckpoint().map(c -> Position.of(c).step()).orElse(0L);
        Path file = run.path().resolve("metrics.jsonl");
        if (Files.exists(file)) {
            AtomicFiles.write(file, Files.readAllLines(file).stream().filter(line -> isUpTo(line, step))
                    .map(line -> line + "\n").collect(Collectors.joining()));
        }
        EventFile events = new EventFile(run.path(), System.currentTimeMillis() / 1000);
        return new MetricLog(FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND), events);
    }

    /** Returns false for a row after the step, and for a row that a crash cut off. */
    private static boolean isUpTo(String line, long step) {
        try {
            return JsonParser.parseString(line).getAsJsonObject().get("step").getAsLong() <= step;
        } catch (JsonParseException | IllegalStateException | NullPointerException e) {
            return false;
        }
    }

    /** Writes a row. */
    public void log(long step, String phase, Map<String, Double> metrics) {
        JsonObject row = new JsonObject();
        row.addProperty("step", step);
        row.addProperty("phase", phase);
        metrics.forEach(row::addProperty);
        try {
            rows.write(Json.line(row) + "\n");
            rows.flush();
            for (Map.Entry<String, Double> metric : metrics.entrySet()) {
                events.scalar(phase + "/" + metric.getKey(), step, metric.getValue());
            }
            events.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the rows are on disk. */
    void force() throws IOException {
        file.force(true);
    }

    /** Writes a PNG file as an image for TensorBoard. */
    public void image(String tag, long step, Path png) throws IOException {
        byte[] bytes = Files.readAllBytes(png);
        ByteBuffer header = ByteBuffer.wrap(bytes); // signature, length and name of the first chunk, then the sizes
        events.image(tag, step, bytes, header.getInt(16), header.getInt(20));
        events.flush();
    }

    /** Closes both files. */
    @Override
    public void close() throws IOException {
        try (events) {
            rows.close();
        }
    }
}
