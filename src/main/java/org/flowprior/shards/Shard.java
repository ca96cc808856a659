package org.flowprior.shards;

import static org.flowprior.config.JsonFields.require;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.flowprior.config.JsonFields;

/**
 * One file of a store, as the store's description lists it.
 *
 * @param file its name in the directory
 * @param rows its rows, each an image, a feature or the like
 */
public record Shard(String file, long rows) {

    private static final String LIST = "shards";

    /** Puts the list into a description; {@code unit} is what the description calls rows. */
    public static void write(JsonObject description, List<Shard> shards, String unit) {
        JsonArray files = new JsonArray();
        for (Shard shard : shards) {
            JsonObject entry = new JsonObject();
            entry.addProperty("file", shard.file());
            entry.addProperty(unit, shard.rows());
            files.add(entry);
        }
        description.add(LIST, files);
    }

    /** Reads the list of a description, without checks. */
    public static List<Shard> read(JsonFields description, String unit) {
        return description.objects(LIST).stream()
                .map(shard -> new Shard(shard.text("file"), shard.integer(unit))).toList();
    }

    /**
     * Checks a list that was read.
     *
     * @param names regular expression of the names
     * @param unit  what messages call rows
     * @param total rows of the whole store
     * @throws IllegalArgumentException that says what is wrong
     */
    public static void check(List<Shard> shards, String names, String unit, long total) {
        Set<String> seen = new HashSet<>();
        for (Shard shard : shards) {
            require(shard.file().matches(names), "a shard cannot go by the name '" + shard.file() + "'");
            require(shard.rows() > 0, "shard " + shard.file() + " cannot have " + shard.rows() + " " + unit);
            require(seen.add(shard.file()), "shard " + shard.file() + " comes twice");
        }
        long sum = shards.stream().mapToLong(Shard::rows).reduce(0, Math::addExact);
        require(sum == total, "says " + total + " " + unit + ", but its shards have " + sum);
    }
}
