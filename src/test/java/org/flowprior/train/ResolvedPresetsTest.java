package org.flowprior.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.Json;
import org.flowprior.fixtures.Resources;
import org.flowprior.train.autoencoder.AutoencoderTrainingConfig;
import org.flowprior.train.flow.FlowTrainingConfig;
import org.flowprior.train.mar.MarTrainingConfig;
import org.flowprior.train.toy.ToyConfig;
import org.junit.jupiter.api.Test;

/**
 * What all presets came to when each of them still had every key, one on a line. Keys that were added since are left
 * out of the comparison, so that a new option does not change the resource.
 */
class ResolvedPresetsTest {

    private static final Map<String, ConfigLoader<?>> LOADERS = Map.of("toy", ToyConfig.loader(), "train-flow",
            FlowTrainingConfig.loader(), "train-autoencoder", AutoencoderTrainingConfig.loader(), "train-mar",
            MarTrainingConfig.loader());

    private static List<String> lines() {
        return Resources.text("train/resolved-presets.txt").lines().toList();
    }

    private static <T extends Record> JsonObject resolved(ConfigLoader<T> loader, String preset) {
        return loader.toJson(loader.load(preset, List.of()));
    }

    /** Without the keys that the other has not. */
    private static void leaveCommon(JsonObject json, JsonObject other) {
        json.keySet().retainAll(other.keySet());
        for (Map.Entry<String, JsonElement> entry : json.entrySet()) {
            if (entry.getValue() instanceof JsonObject group) {
                leaveCommon(group, other.getAsJsonObject(entry.getKey()));
            }
        }
    }

    @Test
    void everyPresetComesToTheSameValues() {
        assertThat(lines()).hasSize(15);
        for (String line : lines()) {
            String[] preset = line.substring(0, line.indexOf(' ')).split("/");
            String expected = line.substring(line.indexOf(' ') + 1);
            JsonObject json = resolved(LOADERS.get(preset[0]), preset[1]);
            leaveCommon(json, Json.parse(expected, preset[1]));
            assertThat(Json.line(json)).as(preset[0] + "/" + preset[1]).isEqualTo(expected);
        }
    }
}
