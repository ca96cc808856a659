package org.flowprior.train;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.flowprior.config.Json;
import org.flowprior.config.RequestException;
import org.flowprior.torch.io.AtomicFiles;

/**
 * The metrics of a run: {@code metrics.jsonl}, a row of which is an object with {@code step}, {@code phase} and the
 * metrics, and the same for TensorBoard under {@code phase/metric}. The rows have no times, so the same seed gives the
 * same file.
 */
public final class MetricLog implements AutoCloseable {

    private final RunDirectory run;
    private final FileChannel file;
    private final Writer rows;
    private final EventFile events;

    private MetricLog(RunDirectory run, FileChannel file, EventFile events) {
        this.run = run;
        this.file = file;
        this.rows = Channels.newWriter(file, StandardCharsets.UTF_8);
        this.events = events;
    }

    /** Opens the log of a run as {@link #open(RunDirectory, Consumer)} does, without a notice. */
    public static MetricLog open(RunDirectory run) throws IOException {
        return open(run, notice -> {});
    }

    /**
     * Opens the log of a run. Drops rows after its newest checkpoint, because those steps are done again. What a crash
     * left at the end of the file is dropped too.
     *
     * @param notice gets a line if the file ends with more than the beginning of a row
     * @throws RequestException for a line that is not a row, before other rows
     */
    public static MetricLog open(RunDirectory run, Consumer<String> notice) throws IOException {
        long step = run.newestCheckpoint().map(c -> Position.of(c).step()).orElse(0L);
        Path file = run.path().resolve("metrics.jsonl");
        if (Files.exists(file)) {
            byte[] rows = rowsUpTo(step, file, notice);
            AtomicFiles.write(file, out -> out.write(rows));
        }
        EventFile events = new EventFile(run.path(), System.currentTimeMillis() / 1000);
        return new MetricLog(run, FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND), events);
    }

    private static byte[] rowsUpTo(long step, Path file, Consumer<String> notice) throws IOException {
        byte[] content = Files.readAllBytes(file);
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        int damaged = 0;
        int line = 0;
        for (int from = 0; from < content.length; line++) {
            int end = from;
            while (end < content.length && content[end] != '\n') {
                end++;
            }
            OptionalLong found = step(content, from, end);
            if (found.isEmpty()) {
                damaged = damaged == 0 && (end < content.length || !isText(content, from, end)) ? line + 1 : damaged;
            } else if (damaged > 0) {
                throw new RequestException(file + ": line " + damaged + " is not a row of metrics; remove it, or put "
                        + "the file back as it was");
            } else if (found.getAsLong() <= step) {
                kept.write(content, from, end - from);
                kept.write('\n');
            }
            from = end + 1;
        }
        if (damaged > 0) {
            notice.accept(file + ": the end, from line " + damaged + " on, is not rows of metrics and is dropped");
        }
        return kept.toByteArray();
    }

    /** Returns the step of a row; empty for anything else. */
    private static OptionalLong step(byte[] content, int from, int end) {
        try {
            JsonObject row = JsonParser.parseString(decode(content, from, end)).getAsJsonObject();
            return OptionalLong.of(row.getAsJsonPrimitive("step").getAsLong());
        } catch (CharacterCodingException | JsonParseException | IllegalStateException | NumberFormatException
                | ClassCastException | NullPointerException e) {
            return OptionalLong.empty();
        }
    }

    private static boolean isText(byte[] content, int from, int end) {
        try {
            return decode(content, from, end) != null;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static String decode(byte[] content, int from, int end) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content, from, end - from)).toString();
    }

    /** Writes a row. */
    public void log(long step, String phase, Map<String, Double> metrics) {
        JsonObject row = new JsonObject();
        row.addProperty("step", step);
        row.addProperty("phase", phase);
        metrics.forEach(row::addProperty);
        try {
            run.requireThere();
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
        run.requireThere();
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
