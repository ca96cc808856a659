package org.flowprior.train;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.flowprior.config.Json;

/**
 * Tells the content of files that a training reads from any other content. Paths and times do not count, so that data
 * may be moved. Checksums are CRC-32C.
 *
 * <p>Files of up to 1 GiB together are read whole. Of larger ones, each n-th block of 64 KiB and the last block of each
 * file are read, about 1 GiB in all; a change between those blocks is not noticed.
 *
 * @param place where the files are, for messages
 * @param parts a description of each part, such as a file or a property of all images, by the part's name
 */
public record Fingerprint(String place, Map<String, String> parts) {

    private static final int BLOCK = 1 << 16;
    private static final long MOST_BYTES = 1L << 30;

    /** Returns the fingerprint of a file. */
    public static Fingerprint ofFile(Path file) throws IOException {
        return ofFiles(file, List.of(file));
    }

    /**
     * Returns the fingerprint of a feature bank or a latent cache: that of its description and of its shards.
     *
     * @param description the file that lists the shards
     */
    public static Fingerprint ofStore(Path description) throws IOException {
        List<Path> files = new ArrayList<>(List.of(description));
        for (JsonElement shard : Json.read(description).getAsJsonArray("shards")) {
            files.add(description.resolveSibling(shard.getAsJsonObject().get("file").getAsString()));
        }
        return ofFiles(description.toAbsolutePath().getParent(), files);
    }

    static Fingerprint ofFiles(Path place, List<Path> files) throws IOException {
        long total = 0;
        for (Path file : files) {
            total += Files.size(file);
        }
        long stride = Math.max(1, Math.ceilDiv(total, MOST_BYTES));
        Map<String, String> parts = new LinkedHashMap<>();
        for (Path file : files) {
            parts.put(file.getFileName().toString(), Files.size(file) + " bytes, checksum "
                    + text(checksum(file, stride)) + (stride == 1 ? "" : " of one in " + stride + " of its blocks"));
        }
        return new Fingerprint(place.toString(), parts);
    }

    /** Returns the checksum of the first block of each {@code stride}, and of the last one. */
    private static long checksum(Path file, long stride) throws IOException {
        CRC32C checksum = new CRC32C();
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        try (FileChannel channel = FileChannel.open(file)) {
            long last = Math.max(0, channel.size() - 1) / BLOCK;
            for (long number = 0; number <= last; number = number == last ? last + 1
                    : Math.min(last, number + stride)) {
                block.clear();
                while (block.hasRemaining() && channel.read(block, number * BLOCK + block.position()) > 0) {
                    // reads until the block is full or the file ends
                }
                checksum.update(block.flip());
            }
        }
        return checksum.getValue();
    }

    static String text(long checksum) {
        return String.format(Locale.ROOT, "%08x", checksum);
    }

    /** Returns the first part in which another fingerprint differs from this one, in words; empty if none does. */
    Optional<String> differenceTo(Fingerprint now) {
        return parts.keySet().stream().filter(name -> !parts.get(name).equals(now.parts.get(name))).findFirst()
                .or(() -> now.parts.keySet().stream().filter(name -> !parts.containsKey(name)).findFirst())
                .map(name -> name + ": " + there(now.parts.get(name)) + ", before " + there(parts.get(name)));
    }

    private static String there(String part) {
        return Objects.requireNonNullElse(part, "not there");
    }

    JsonObject json() {
        JsonObject json = new JsonObject();
        parts.forEach(json::addProperty);
        return json;
    }
}
