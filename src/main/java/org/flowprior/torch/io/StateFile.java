package org.flowprior.torch.io;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Tensor;

/**
 * Reads the state of one network from a file that training wrote: safetensors, or a {@code .pt} that is the state or
 * has it in an entry. Keys lose the prefixes {@code module.} of data-parallel training and {@code _orig_mod.} of a
 * compiled module.
 */
public final class StateFile {

    /** The metadata's key of the entry of a {@code .pt} from which a safetensors file was converted. */
    public static final String ENTRY = "entry";
    /** The metadata's key of the options of that {@code .pt}, as JSON. */
    public static final String ARGUMENTS = "args";

    private StateFile() {}

    /**
     * Reads the tensors under their keys without those prefixes, in the file's order, in the innermost scope.
     *
     * @param network name of the network for error messages, with its article
     * @param entries entries of a {@code .pt} that may hold the state; the first that exists is read, or the whole file
     * @throws IllegalArgumentException     naming the file, if its content is not a state
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static Map<String, Tensor> read(Path file, String network, List<String> entries) {
        Map<?, ?> found = isSafetensors(file) ? Safetensors.read(file)
                : entry(file, PtFile.read(file), network, entries);
        Map<String, Tensor> state = new LinkedHashMap<>();
        found.forEach((key, value) -> {
            if (!(value instanceof Tensor tensor)) {
                throw refused(file, new IllegalArgumentException("entry '" + key
                        + "' is not a tensor, so this is not the state of " + network));
            }
            state.put(String.valueOf(key).replaceFirst("^(?:(?:module|_orig_mod)\\.)++", ""), tensor);
        });
        return state;
    }

    private static Map<?, ?> entry(Path file, Object root, String network, List<String> entries) {
        if (!(root instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException(file + ": holds no dict, so it is not the state of " + network);
        }
        for (String name : entries) {
            if (map.get(name) instanceof Map<?, ?> found && !found.isEmpty()) {
                return found;
            }
        }
        return map;
    }

    /** Reads the metadata of a safetensors file; empty for other files. */
    public static Map<String, String> metadata(Path file) {
        return isSafetensors(file) ? Safetensors.header(file).metadata() : Map.of();
    }

    /**
     * Reads the options that training left in the entry {@code args} of a {@code .pt}, or in the metadata of
     * safetensors that were converted from it; empty if there are none.
     *
     * @throws IllegalArgumentException     naming the file, if it is no {@code .pt} and no safetensors
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static Map<?, ?> arguments(Path file) {
        if (isSafetensors(file)) {
            String text = metadata(file).get(ARGUMENTS);
            return text == null ? Map.of() : argumentsOf(file, text);
        }
        return PtFile.described(file) instanceof Map<?, ?> root
                && root.get(ARGUMENTS) instanceof Map<?, ?> arguments ? arguments : Map.of();
    }

    private static Map<String, Object> argumentsOf(Path file, String text) {
        try {
            Map<String, Object> arguments = new LinkedHashMap<>();
            JsonParser.parseString(text).getAsJsonObject().asMap().forEach((name, value) -> {
                if (value instanceof JsonPrimitive scalar) {
                    arguments.put(name, scalar.isBoolean() ? (Object) scalar.getAsBoolean()
                            : scalar.isNumber() ? number(scalar.getAsString()) : scalar.getAsString());
                }
            });
            return arguments;
        } catch (JsonParseException | IllegalStateException | NumberFormatException e) {
            throw refused(file, new IllegalArgumentException("the metadata '" + ARGUMENTS + "' is no JSON object", e));
        }
    }

    private static Number number(String text) {
        return text.matches("-?[0-9]{1,18}") ? (Number) Long.valueOf(text) : Double.valueOf(text);
    }

    /** Returns as JSON those {@link #arguments} that are texts, finite numbers or Booleans; empty if there are none. */
    public static String argumentsText(Path file) {
        JsonObject json = new JsonObject();
        arguments(file).forEach((name, value) -> {
            switch (value) {
                case String text -> json.addProperty(String.valueOf(name), text);
                case Boolean flag -> json.addProperty(String.valueOf(name), flag);
                case Number number when Double.isFinite(number.doubleValue()) ->
                        json.addProperty(String.valueOf(name), number);
                case null, default -> {}
            }
        });
        return json.isEmpty() ? "" : json.toString();
    }

    /** Puts the file's name before the reason, and replaces control characters, which damaged files may contain. */
    public static IllegalArgumentException refused(Path file, IllegalArgumentException reason) {
        return new IllegalArgumentException(file + ": " + reason.getMessage().replaceAll("\\p{Cntrl}", "?"), reason);
    }

    /** Returns whether the file begins as safetensors do: a length of 8 bytes, then the brace of the header. */
    public static boolean isSafetensors(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(9);
            return start.length == 9 && start[8] == '{';
        } catch (IOException e) {
            throw FileErrors.reading(file, e);
        }
    }
}
