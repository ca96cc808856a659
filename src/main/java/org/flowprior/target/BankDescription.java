package org.flowprior.target;

import static org.flowprior.config.JsonFields.require;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.flowprior.config.Json;
import org.flowprior.config.JsonFields;
import org.flowprior.torch.DType;
import org.flowprior.torch.io.AtomicFiles;

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
    void write(Path file) {
        AtomicFiles.write(file, Json.pretty(json()));
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
        json.add("mean", JsonFields.array(statistics.mean()));
        json.add("std", JsonFields.array(statistics.std()));
        return json;
    }

    /** Reads and checks the file; {@link IllegalArgumentException} that begins with its path says what is wrong. */
    static BankDescription read(Path file) {
        return JsonFields.read(file, "a feature bank", fields -> {
            BankDescription bank = of(fields);
            bank.check();
            return bank;
        });
    }

    private static BankDescription of(JsonFields fields) {
        long version = fields.integer("version");
        require(version == VERSION, "version " + version + " is not " + VERSION + ", which this program reads");
        require(fields.integer("nonFinite") == 0, "the bank holds NaN or infinite features");
        List<Shard> shards = fields.objects("shards").stream()
                .map(shard -> new Shard(shard.text("file"), shard.integer("rows"))).toList();
        int[] constant = Arrays.stream(fields.numbers("constantDimensions")).mapToInt(d -> (int) d).toArray();
        BankStatistics statistics = new BankStatistics(fields.numbers("mean"), fields.numbers("std"),
                fields.number("pooledMean"), fields.number("pooledStd"), constant);
        return new BankDescription(fields.integer("rows"), Math.toIntExact(fields.integer("dimension")),
                fields.dtype("dtype"), fields.truth("gaussian"), shards, statistics, fields.number("scaling"),
                fields.text("source"));
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
}
