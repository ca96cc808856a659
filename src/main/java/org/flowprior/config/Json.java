package org.flowprior.config;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** JSON as the run directory holds it: indented, keys in the order in which they were put. */
public final class Json {

    private static final Gson PRETTY = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
    private static final Gson LINE = new GsonBuilder().disableHtmlEscaping().create();

    private Json() {}

    /** The indented text, with a line end behind it. Throws {@link IllegalArgumentException} for NaN and infinities. */
    public static String pretty(JsonElement value) {
        return PRETTY.toJson(value) + "\n";
    }

    /** The text on one line. Throws {@link IllegalArgumentException} for NaN and infinities. */
    public static String line(JsonElement value) {
        return LINE.toJson(value);
    }

    /**
     * Reads a file that holds one JSON object, strictly: no comments, nothing behind it.
     *
     * @throws RequestException when the file is not there or holds anything else
     */
    public static JsonObject read(Path file) {
        try {
            return parse(Files.readString(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new RequestException("no such file: " + file, e);
        } catch (IOException e) {
            throw new RequestException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a text that holds one JSON object; {@code source} names it in the message of a {@link RequestException}.
     */
    public static JsonObject parse(String text, String source) {
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            JsonElement element = JsonParser.parseReader(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new RequestException(source + " holds something behind its JSON object");
            }
            if (!element.isJsonObject()) {
                throw new RequestException(source + " does not hold a JSON object");
            }
            return element.getAsJsonObject();
        } catch (JsonParseException | IOException e) {
            throw new RequestException(source + " is not JSON: " + reason(e), e);
        }
    }

    /** Gson's words for what is wrong and where, without the names of its classes and its links. */
    private static String reason(Exception e) {
        Throwable cause = e.getCause() instanceof IOException ? e.getCause() : e;
        return cause.getMessage().lines().findFirst().orElse("").replaceAll("^[\\w.]+Exception: ", "")
                .replace("Use JsonReader.setStrictness(Strictness.LENIENT) to accept malformed JSON", "malformed");
    }
}
