package org.flowprior.target;

import static org.flowprior.config.JsonFields.require;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.flowprior.config.JsonFields;
import org.flowprior.shards.Shard;
import org.flowprior.shards.StoreFormat;
import org.flowprior.torch.DType;
import org.flowprior.torch.io.TensorFiles;

/**
 * The contents of a bank's {@code bank.json}. {@code dimension} is the width of the stored rows, in a Gaussian bank
 * twice that of the features.
 */
record BankDescription(long rows, int dimension, DType dtype, boolean gaussian, List<Shard> shards,
        BankStatistics statistics, double scaling, String source) {

    static final String FILE = "bank.json";
    static final String TENSOR = "features";
    private static final String ROWS = "rows";

    /** Returns the numbers in a row as it is read. */
    int features() {
        return gaussian ? dimension / 2 : dimension;
    }

    static String shardName(int number, int shards) {
        return String.format("features-%05d-of-%05d.safetensors", number, shards);
    }

    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("version", StoreFormat.VERSION);
        json.addProperty("source", source);
        json.addProperty(ROWS, rows);
        json.addProperty("dimension", dimension);
        json.addProperty("dtype", dtype.toString());
        json.addProperty("gaussian", gaussian);
        json.addProperty("scaling", scaling);
        json.addProperty("nonFinite", 0);
        Shard.write(json, shards, ROWS);
        json.addProperty("pooledMean", statistics.pooledMean());
        json.addProperty("pooledStd", statistics.pooledStd());
        JsonArray constant = new JsonArray();
        Arrays.stream(statistics.constantDimensions()).forEach(constant::add);
        json.add("constantDimensions", constant);
        json.add("mean", JsonFields.array(statistics.mean()));
        json.add("std", JsonFields.array(statistics.std()));
        return json;
    }

    /** Reads and checks the file; throws {@link IllegalArgumentException} whose message begins with its path. */
    static BankDescription read(Path file) {
        return JsonFields.read(file, "a feature bank", fields -> {
            BankDescription bank = of(fields);
            bank.check();
            return bank;
        });
    }

    private static BankDescription of(JsonFields fields) {
        StoreFormat.requireVersion(fields);
        require(fields.integer("nonFinite") == 0, "the bank holds NaN or infinite features");
        List<Shard> shards = Shard.read(fields, ROWS);
        int[] constant = Arrays.stream(fields.numbers("constantDimensions")).mapToInt(d -> (int) d).toArray();
        BankStatistics statistics = new BankStatistics(fields.numbers("mean"), fields.numbers("std"),
                fields.number("pooledMean"), fields.number("pooledStd"), constant);
        return new BankDescription(fields.integer(ROWS), Math.toIntExact(fields.integer("dimension")),
                fields.dtype("dtype"), fields.truth("gaussian"), shards, statistics, fields.number("scaling"),
                fields.text("source"));
    }

    private void check() {
        require(rows >= 2 && dimension >= 1, rows + " rows of dimension " + dimension + " are not a bank");
        StoreFormat.check(dtype, gaussian, dimension, scaling, ROWS);
        Shard.check(shards, "features-\\d{5,}-of-\\d{5,}\\.safetensors", ROWS, rows);
        require(statistics.mean().length == features() && statistics.std().length == features(),
                "mean and std must have " + features() + " numbers");
        require(Double.isFinite(statistics.pooledMean()) && statistics.pooledStd() > 0
                && Double.isFinite(statistics.pooledStd()),
                "pooledMean and pooledStd must be finite, pooledStd positive");
    }

    /** Checks the tensors of a shard's file; throws {@link IllegalArgumentException} if they differ from this. */
    void requireFitting(Path path, List<TensorFiles.Entry> entries, Shard shard) {
        if (entries.size() != 1 || !entries.getFirst().name().equals(TENSOR)) {
            throw new IllegalArgumentException(path + ": must hold one tensor '" + TENSOR + "', not "
                    + entries.stream().map(TensorFiles.Entry::name).limit(5).toList());
        }
        TensorFiles.Entry entry = entries.getFirst();
        long[] shape = {shard.rows(), dimension};
        if (!Arrays.equals(entry.shape(), shape) || entry.dtype() != dtype) {
            throw new IllegalArgumentException(path + ": holds " + entry.dtype() + Arrays.toString(entry.shape())
                    + " where " + FILE + " says " + dtype + Arrays.toString(shape));
        }
    }
}
