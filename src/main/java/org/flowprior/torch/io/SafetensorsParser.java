package org.flowprior.torch.io;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flowprior.torch.DType;

/**
 * Reads and checks the header of a safetensors file: a little-endian length, that many bytes of JSON, then the data.
 * The checks are those of the format's own library, and that no key comes twice.
 */
final class SafetensorsParser {

    /** The limit of the format's own library. */
    private static final long MAX_HEADER = 100_000_000;

    /** A tensor, and the bytes of the file between which its data lies. */
    record Placed(String name, DType dtype, long[] shape, long begin, long end) {}

    private final Source source;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<Placed> tensors = new ArrayList<>();

    SafetensorsParser(Source source) {
        this.source = source;
        if (source.size() < 8) {
            throw source.refuse("not a safetensors file: " + source.size() + " bytes, too short for a header");
        }
        long length = ByteBuffer.wrap(source.bytes(0, 8)).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 0 || length > MAX_HEADER || length > source.size() - 8) {
            throw source.refuse("not a safetensors file, or cut short: a header of " + Long.toUnsignedString(length)
                    + " bytes in a file of " + source.size());
        }
        String json = source.utf8(ByteBuffer.wrap(source.bytes(8, (int) length)), "the header");
        if (!json.startsWith("{")) {
            throw source.refuse("not a safetensors file: the header does not begin with {");
        }
        try (JsonReader reader = new JsonReader(new StringReader(json))) {
            reader.setStrictness(Strictness.STRICT);
            readObject(reader);
        } catch (MalformedJsonException | NumberFormatException | IllegalStateException e) {
            throw source.refuse("the header is not valid JSON", e);
        } catch (IOException e) {
            throw source.refuse("the header ends inside its JSON", e);
        }
        checkPlaces(8 + length);
    }

    /** Returns the tensors in the order of their data. */
    List<Placed> tensors() {
        return tensors;
    }

    SafetensorsHeader header() {
        return new SafetensorsHeader(metadata,
                tensors.stream().map(t -> TensorFiles.Entry.tensor(t.name, t.dtype, t.shape, "")).toList());
    }

    private void readObject(JsonReader reader) throws IOException {
        Set<String> seen = new HashSet<>();
        reader.beginObject();
        while (reader.hasNext()) {
            String name = reader.nextName();
            if (!seen.add(name)) {
                throw source.refuse("the header has '" + name + "' twice");
            }
            if (name.equals(Safetensors.METADATA)) {
                readMetadata(reader);
            } else {
                readTensor(reader, name);
            }
        }
        reader.endObject();
        // Throws if something follows.
        reader.peek();
    }

    private void readMetadata(JsonReader reader) throws IOException {
        reader.beginObject();
        while (reader.hasNext()) {
            String key = reader.nextName();
            if (reader.peek() != JsonToken.STRING) {
                throw source.refuse("metadata '" + key + "' is not a string");
            }
            if (metadata.putIfAbsent(key, reader.nextString()) != null) {
                throw source.refuse("metadata '" + key + "' comes twice");
            }
        }
        reader.endObject();
    }

    private void readTensor(JsonReader reader, String name) throws IOException {
        String type = null;
        long[] shape = null;
        long[] span = null;
        reader.beginObject();
        while (reader.hasNext()) {
            String key = reader.nextName();
            switch (key) {
                case "dtype" -> type = once(type, reader.nextString(), name, key);
                case "shape" -> shape = once(shape, readLongs(reader, name, key), name, key);
                case "data_offsets" -> span = once(span, readLongs(reader, name, key), name, key);
                default -> throw source.refuse("tensor '" + name + "' has an unknown field '" + key + "'");
            }
        }
        reader.endObject();
        if (type == null || shape == null || span == null || span.length != 2) {
            throw source.refuse("tensor '" + name + "' lacks a dtype, a shape or two data_offsets");
        }
        SafetensorsType known = SafetensorsType.named(type);
        if (known == null) {
            throw source.refuse("tensor '" + name + "' has dtype " + type + ", which flowprior does not read");
        }
        tensors.add(new Placed(name, known.dtype, shape, span[0], span[1]));
    }

    private <T> T once(T before, T value, String tensor, String key) {
        if (before != null) {
            throw source.refuse("tensor '" + tensor + "' has its " + key + " twice");
        }
        return value;
    }

    private long[] readLongs(JsonReader reader, String tensor, String key) throws IOException {
        long[] values = new long[Shapes.MAX_DIMENSIONS];
        int n = 0;
        reader.beginArray();
        while (reader.hasNext()) {
            String digits = reader.peek() == JsonToken.NUMBER ? reader.nextString() : "";
            if (!digits.matches("0|[1-9][0-9]{0,18}") || n == values.length) {
                throw source.refuse("tensor '" + tensor + "': " + key + " is not a list of sizes");
            }
            values[n++] = Long.parseLong(digits);
        }
        reader.endArray();
        return Arrays.copyOf(values, n);
    }

    /** The data must fill the rest of the file without holes and overlaps, each tensor in as many bytes as it needs. */
    private void checkPlaces(long dataStart) {
        long available = source.size() - dataStart;
        long end = 0;
        tensors.sort(Comparator.comparingLong(Placed::begin).thenComparingLong(Placed::end));
        for (Placed t : tensors) {
            if (t.begin != end || t.end < t.begin || t.end > available) {
                throw source.refuse("tensor '" + t.name + "' lies at bytes " + t.begin + " to " + t.end + " of "
                        + available + ", but must begin at " + end + " and end inside the data");
            }
            end = t.end;
            long needed = bytes(t);
            if (needed != t.end - t.begin) {
                throw source.refuse("tensor '" + t.name + "' has " + (t.end - t.begin) + " bytes, its shape and dtype "
                        + "take " + needed);
            }
        }
        if (end != available) {
            throw source.refuse(available - end + " bytes after the last tensor belong to no tensor");
        }
        tensors.replaceAll(t -> new Placed(t.name, t.dtype, t.shape, dataStart + t.begin, dataStart + t.end));
    }

    private long bytes(Placed tensor) {
        try {
            return Shapes.bytes(tensor.dtype, tensor.shape);
        } catch (IllegalArgumentException e) {
            throw source.refuse("tensor '" + tensor.name + "': " + e.getMessage());
        }
    }
}
