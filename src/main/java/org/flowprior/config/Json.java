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
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads JSON strictly and writes it. Keys keep their order. */
public final class Json {

    private static final Gson PRETTY = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
    private static final Gson LINE = new GsonBuilder().disableHtmlEscaping().create();

    private Json() {}

    /** Returns an indented text that ends with a newline. Throws {@link IllegalArgumentException} for NaN, infinity. */
    public static String pretty(JsonElement value) {
        return PRETTY.toJson(value) + "\n";
    }

    /** Returns the text on one line. Throws {@link IllegalArgumentException} for NaN and infinity. */
    public static String line(JsonElement value) {
        return LINE.toJson(value);
    }

    /**
     * Reads a file that has one JSON object: no comments, nothing after it.
     *
     * @throws RequestException if the file does not exist or has anything else
     */
    public static JsonObject read(Path file) {
        try {
            return parse(Files.readString(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new RequestException("no such file: " + file, e);
        } catch (CharacterCodingException e) {
            throw new RequestException(file + " is not text in UTF-8", e);
        } catch (IOException e) {
            throw new RequestException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Reads a text that has one JSON object; {@code source} names it in the message of a {@link RequestException}. */
    public static JsonObject parse(String text, String source) {
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            JsonElement element = JsonParser.parseReader(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new RequestException(source + " has something after its JSON object");
            }
            if (!element.isJsonObject()) {
                throw new RequestException(source + " does not hold a JSON object");
            }
            return element.getAsJsonObject();
        } catch (JsonParseException | IOException e) {
            throw new RequestException(source + " is not JSON: " + reason(e), e);
        }
    }

    /** Returns Gson's message without class names and links. */
    private static String reason(Exception e) {
        Throwable cause = e.getCause() instanceof IOException ? e.getCause() : e;
        return cause.getMessage().lines().findFirst().orElse("").replaceAll("^[\\w.]+Exception: ", "")
                .replace("Use JsonReader.setStrictness(Strictness.LENIENT) to accept malformed JSON", "malformed");
    }
}
