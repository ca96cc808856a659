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
 * @param rows number of its rows; a row is an image, a feature or similar
 */
public record Shard(String file, long rows) {

    private static final String LIST = "shards";

    /** Puts the list into a description, which calls the rows {@code unit}. */
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

    /** Reads the list from a description, without checks. */
    public static List<Shard> read(JsonFields description, String unit) {
        return description.objects(LIST).stream()
                .map(shard -> new Shard(shard.text("file"), shard.integer(unit))).toList();
    }

    /**
     * Checks a list that was read.
     *
     * @param names regular expression that the file names must match
     * @param unit  name of the rows in messages
     * @param total rows of the whole store
     * @throws IllegalArgumentException that says what is wrong
     */
    public static void check(List<Shard> shards, String names, String unit, long total) {
        Set<String> seen = new HashSet<>();
        for (Shard shard : shards) {
            require(shard.file().matches(names), "a shard cannot have the name '" + shard.file() + "'");
            require(shard.rows() > 0, "shard " + shard.file() + " cannot have " + shard.rows() + " " + unit);
            require(seen.add(shard.file()), "shard " + shard.file() + " is listed twice");
        }
        long sum = shards.stream().mapToLong(Shard::rows).reduce(0, Math::addExact);
        require(sum == total, "says " + total + " " + unit + ", but its shards have " + sum);
    }
}
