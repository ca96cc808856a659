package org.flowprior.train;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowprior.config.Json;
import org.flowprior.config.JsonFields;

/**
 * The fingerprints of what a training reads, as a checkpoint's {@code inputs.json} has them.
 *
 * @param fingerprints by the key of the config that names the input
 */
record Inputs(Map<String, Fingerprint> fingerprints) {

    private static final String FILE = "inputs.json";

    /** Reads those of a checkpoint; empty for a checkpoint of an older version, which has none. */
    static Optional<Inputs> of(Path checkpoint) {
        Path file = checkpoint.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        JsonFields json = new JsonFields(Json.read(file));
        Map<String, Fingerprint> read = new LinkedHashMap<>();
        json.json().keySet().forEach(key -> read.put(key, new Fingerprint("", json.map(key))));
        return Optional.of(new Inputs(read));
    }

    void write(Path checkpoint) throws IOException {
        JsonObject json = new JsonObject();
        fingerprints.forEach((key, fingerprint) -> json.add(key, fingerprint.json()));
        Files.writeString(checkpoint.resolve(FILE), Json.pretty(json));
    }

    /** Returns what is different now, in words. Inputs that only now have a fingerprint do not count. */
    List<String> differencesTo(Inputs now) {
        return fingerprints.keySet().stream().flatMap(key -> {
            Fingerprint other = now.fingerprints.getOrDefault(key, new Fingerprint("none", Map.of()));
            return fingerprints.get(key).differenceTo(other).stream().map(difference -> key + " (" + other.place()
                    + ") is not what the run was trained on: " + difference);
        }).toList();
    }
}
