package org.flowprior.train;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.flowprior.config.Json;
import org.flowprior.config.JsonFields;
import org.flowprior.torch.io.FileChecksum;

/** The sizes and CRC-32C checksums of a checkpoint's files, in its {@code checksums.json}. */
final class CheckpointSums {

    private static final String FILE = "checksums.json";
    private static final String FILES = "files";
    private static final String NAME = "file";
    private static final String BYTES = "bytes";
    private static final String CHECKSUM = "crc32c";

    private CheckpointSums() {}

    /** Writes those of all files that are in the directory. */
    static void write(Path checkpoint) throws IOException {
        JsonArray sums = new JsonArray();
        for (Path file : files(checkpoint)) {
            JsonObject sum = new JsonObject();
            sum.addProperty(NAME, file.getFileName().toString());
            sum.addProperty(BYTES, Files.size(file));
            sum.addProperty(CHECKSUM, FileChecksum.of(file));
            sums.add(sum);
        }
        JsonObject json = new JsonObject();
        json.add(FILES, sums);
        Files.writeString(checkpoint.resolve(FILE), Json.pretty(json));
    }

    private static List<Path> files(Path checkpoint) throws IOException {
        try (Stream<Path> files = Files.list(checkpoint)) {
            return files.sorted().toList();
        }
    }

    /** Returns whether a checkpoint has checksums; those of older versions have none. */
    static boolean areIn(Path checkpoint) {
        return Files.exists(checkpoint.resolve(FILE));
    }

    /**
     * Reads all files of a checkpoint. Returns in words what is damaged; empty if nothing is, or if the checkpoint has no
     * checksums.
     */
    static Optional<String> damage(Path checkpoint) throws IOException {
        if (!areIn(checkpoint)) {
            return Optional.empty();
        }
        try {
            List<JsonFields> sums = JsonFields.read(checkpoint.resolve(FILE), "a checkpoint",
                    json -> json.objects(FILES));
            for (JsonFields sum : sums) {
                Optional<String> damage = damage(checkpoint.resolve(sum.text(NAME)), sum.integer(BYTES),
                        sum.text(CHECKSUM));
                if (damage.isPresent()) {
                    return damage;
                }
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            String message = e.getMessage();
            return Optional.of(message.startsWith(checkpoint.toString()) ? message : FILE + ": " + message);
        }
    }

    private static Optional<String> damage(Path file, long bytes, String checksum) throws IOException {
        String name = file.getFileName().toString();
        if (!Files.isRegularFile(file)) {
            return Optional.of(name + " is missing");
        }
        if (Files.size(file) != bytes) {
            return Optional.of(name + " has " + Files.size(file) + " bytes, not " + bytes);
        }
        return FileChecksum.of(file).equals(checksum) ? Optional.empty()
                : Optional.of("the bytes of " + name + " are not those that were written");
    }
}
