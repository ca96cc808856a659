package org.flowprior.target;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.flowprior.config.Json;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.io.TensorFiles;

/** Finds an embedding table or a codebook in a file: one feature a row. */
public final class TableSource {

    private static final String INDEX = "model.safetensors.index.json";
    private static final int NAMES_SHOWN = 12;

    private TableSource() {}

    /**
     * Opens a table. It is memory-mapped if the format allows, and belongs to the innermost scope, which must stay open
     * while the source is used.
     *
     * @param file a tensor file, an index of sharded safetensors, or a directory with one of them
     * @param name the tensor's name, with dots for nested containers; null for the only tensor of two dimensions
     * @throws IllegalArgumentException     naming the file, when it holds no such table
     * @throws NoSuchFileException          when a shard that the index names is missing
     * @throws java.io.UncheckedIOException when a file cannot be read
     */
    public static FeatureSource open(Path file, String name) throws NoSuchFileException {
        Map<String, Tensor> tensors = tensors(file, name);
        String chosen = name != null ? name : only(file, tensors);
        Tensor table = tensors.get(chosen);
        if (table == null) {
            throw new IllegalArgumentException(
                    file + ": no tensor '" + name + "'; it holds " + list(tensors(file, null)));
        }
        if (table.dim() != 2 || !table.dtype().isFloatingPoint()) {
            throw new IllegalArgumentException(file + (chosen.isEmpty() ? "" : ": tensor '" + chosen + "'") + " is "
                    + table.signature() + "; a table is floating point, [N, D]");
        }
        return new TensorSource(table, file.getFileName() + (chosen.isEmpty() ? "" : ": " + chosen));
    }

    private static String only(Path file, Map<String, Tensor> tensors) {
        List<String> tables = tensors.keySet().stream().filter(k -> tensors.get(k).dim() == 2).toList();
        if (tables.size() != 1) {
            throw new IllegalArgumentException(file + ": " + (tables.isEmpty() ? "no tensor of two dimensions"
                    : tables.size() + " tensors of two dimensions, --tensor says which") + "; it holds "
                    + list(tensors));
        }
        return tables.getFirst();
    }

    private static String list(Map<String, Tensor> tensors) {
        if (tensors.isEmpty()) {
            return "none";
        }
        String names = tensors.entrySet().stream().limit(NAMES_SHOWN)
                .map(e -> e.getKey() + " " + e.getValue().signature()).collect(Collectors.joining(", "));
        return names + (tensors.size() <= NAMES_SHOWN ? ""
                : " and " + (tensors.size() - NAMES_SHOWN) + " more, which flowprior inspect lists");
    }

    private static Map<String, Tensor> tensors(Path file, String wanted) throws NoSuchFileException {
        if (Files.isDirectory(file)) {
            Path index = file.resolve(INDEX);
            Path whole = file.resolve("model.safetensors");
            return Files.exists(index) ? sharded(index, wanted)
                    : TensorFiles.readAll(Files.exists(whole) ? whole : file);
        }
        String name = file.getFileName().toString();
        if (name.endsWith(".json")) {
            return sharded(file, wanted);
        }
        if (!name.matches("(?i).*\\.(pt|pth|ckpt|bin)")) {
            return wanted == null ? TensorFiles.readAll(file) : TensorFiles.readAll(file, wanted::equals);
        }
        return PtFile.readTensors(file);
    }

    /** Reads all shards, or only the one with the wanted tensor. */
    private static Map<String, Tensor> sharded(Path index, String wanted) throws NoSuchFileException {
        if (!(Json.read(index).get("weight_map") instanceof JsonObject places)) {
            throw new IllegalArgumentException(index + ": no weight_map, so it is not an index of sharded safetensors");
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String shard : places.asMap().entrySet().stream()
                .filter(e -> wanted == null || !places.has(wanted) || e.getKey().equals(wanted))
                .map(e -> shard(index, e.getKey(), e.getValue())).distinct().toList()) {
            Path file = index.resolveSibling(shard);
            if (!Files.exists(file)) {
                throw new NoSuchFileException(file + ", which " + index.getFileName() + " names");
            }
            tensors.putAll(Safetensors.read(file));
        }
        return tensors;
    }

    private static String shard(Path index, String tensor, JsonElement place) {
        if (!place.isJsonPrimitive() || place.getAsString().contains("/") || place.getAsString().contains("\\")) {
            throw new IllegalArgumentException(index + ": the place of " + tensor + " is not a file name");
        }
        return place.getAsString();
    }
}
