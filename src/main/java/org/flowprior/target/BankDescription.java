package org.flowprior.target;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.flowprior.torch.DType;

/**
 * What a bank's {@code bank.json} says. {@code dimension} is the width of the stored rows, twice that of the features
 * in a Gaussian bank.
 */
record BankDescription(long rows, int dimension, DType dtype, boolean gaussian, List<Shard> shards,
        BankStatistics statistics, double scaling, String source) {

    static final String FILE = "bank.json";
    static final String TENSOR = "features";
    static final Set<DType> DTYPES = Set.of(DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16);
    private static final int VERSION = 1;

    /** One file, by its name in the directory. */
    record Shard(String file, long rows) {}

    /** Numbers in a row as it is read. */
    int features() {
        return gaussian ? dimension / 2 : dimension;
    }

    static String shardName(int number, int shards) {
        return String.format("features-%05d-of-%05d.safetensors", number, shards);
    }

    /** Writes the file and waits until it is on the disk. */
    void write(Path file) throws IOException {
        Gson gson = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
        Files.writeString(file, gson.toJson(json()) + "\n");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("version", VERSION);
        json.addProperty("source", source);
        json.addProperty("rows", rows);
        json.addProperty("dimension", dimension);
        json.addProperty("dtype", dtype.toString());
        json.addProperty("gaussian", gaussian);
        json.addProperty("scaling", scaling);
        json.addProperty("nonFinite", 0);
        JsonArray files = new JsonArray();
        for (Shard shard : shards) {
            JsonObject entry = new JsonObject();
            entry.addProperty("file", shard.file());
            entry.addProperty("rows", shard.rows());
            files.add(entry);
        }
        json.add("shards", files);
        json.addProperty("pooledMean", statistics.pooledMean());
        json.addProperty("pooledStd", statistics.pooledStd());
        JsonArray constant = new JsonArray();
        Arrays.stream(statistics.constantDimensions()).forEach(constant::add);
        json.add("constantDimensions", constant);
        json.add("mean", numbers(statistics.mean()));
        json.add("std", numbers(statistics.std()));
        return json;
    }

    private static JsonArray numbers(double[] values) {
        JsonArray array = new JsonArray();
        Arrays.stream(values).forEach(array::add);
        return array;
    }

    /** Reads and checks the file; {@link IllegalArgumentException} that begins with its path says what is wrong. */
    static BankDescription read(Path file) {
        try {
            JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
            BankDescription bank = new Fields(json).description();
            bank.check();
            return bank;
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + ": no such file, so its directory is not a feature bank", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": cannot be read: " + e.getMessage(), e);
        } catch (JsonParseException | IllegalStateException e) {
            throw new IllegalArgumentException(file + ": is not a JSON object", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    private void check() {
        require(rows >= 2 && dimension >= 1, rows + " rows of dimension " + dimension + " are no bank");
        require(DTYPES.contains(dtype), "dtype " + dtype + " is none of float32, bfloat16 and float16");
        require(!gaussian || dimension % 2 == 0, "rows of mean and log-variance cannot be " + dimension + " wide");
        require(scaling > 0 && Double.isFinite(scaling), "scaling must be positive and finite, not " + scaling);
        for (Shard shard : shards) {
            require(shard.file().matches("features-\\d{5,}-of-\\d{5,}\\.safetensors"), "a shard cannot go by the name '"
                    + shard.file() + "'");
            require(shard.rows() > 0, "shard " + shard.file() + " cannot have " + shard.rows() + " rows");
        }
        require(shards.stream().map(Shard::file).distinct().count() == shards.size(), "a shard comes twice");
        long sum = shards.stream().mapToLong(Shard::rows).reduce(0, Math::addExact);
        require(sum == rows, "says " + rows + " rows, but its shards have " + sum);
        require(statistics.mean().length == features() && statistics.std().length == features(),
                "mean and std must have " + features() + " numbers");
        require(Double.isFinite(statistics.pooledMean()) && statistics.pooledStd() > 0
                && Double.isFinite(statistics.pooledStd()), "pooledMean and pooledStd are no mean and deviation");
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** The fields of the JSON object, each of which must be there and of its type. */
    private record Fields(JsonObject json) {

        BankDescription description() {
            long version = integer("version");
            require(version == VERSION, "version " + version + " is not " + VERSION + ", which this program reads");
            require(integer("nonFinite") == 0, "the bank holds NaN or infinite features");
            List<Shard> shards = new ArrayList<>();
            get("shards", JsonArray.class).forEach(e -> {
                require(e instanceof JsonObject, "field 'shards' must be a list of objects");
                Fields shard = new Fields(e.getAsJsonObject());
                shards.add(new Shard(shard.text("file"), shard.integer("rows")));
            });
            int[] constant = Arrays.stream(numbers("constantDimensions")).mapToInt(d -> (int) d).toArray();
            BankStatistics statistics = new BankStatistics(numbers("mean"), numbers("std"), number("pooledMean"),
                    number("pooledStd"), constant);
            String dtype = text("dtype");
            DType known = Arrays.stream(DType.values()).filter(d -> d.toString().equals(dtype)).findFirst().orElseThrow(
                    () -> new IllegalArgumentException("dtype '" + dtype + "' is none that this program knows"));
            return new BankDescription(integer("rows"), Math.toIntExact(integer("dimension")), known, truth("gaussian"),
                    List.copyOf(shards), statistics, number("scaling"), text("source"));
        }

        private <T> T get(String name, Class<T> type) {
            require(type.isInstance(json.get(name)), "field '" + name + "' is missing or of a wrong type");
            return type.cast(json.get(name));
        }

        private JsonPrimitive primitive(String name) {
            return get(name, JsonPrimitive.class);
        }

        private String text(String name) {
            require(primitive(name).isString(), "field '" + name + "' must be a string");
            return primitive(name).getAsString();
        }

        private boolean truth(String name) {
            require(primitive(name).isBoolean(), "field '" + name + "' must be true or false");
            return primitive(name).getAsBoolean();
        }

        private double number(String name) {
            require(primitive(name).isNumber(), "field '" + name + "' must be a number");
            return primitive(name).getAsDouble();
        }

        private long integer(String name) {
            double value = number(name);
            require(value == Math.rint(value) && Math.abs(value) < 1L << 53, "field '" + name + "' must be an integer");
            return (long) value;
        }

        private double[] numbers(String name) {
            return get(name, JsonArray.class).asList().stream().mapToDouble(e -> {
                require(e.isJsonPrimitive() && e.getAsJsonPrimitive().isNumber() && Double.isFinite(e.getAsDouble()),
                        "field '" + name + "' must be a list of numbers");
                return e.getAsDouble();
            }).toArray();
        }
    }
}
