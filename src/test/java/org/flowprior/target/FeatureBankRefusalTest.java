package org.flowprior.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InScope
class FeatureBankRefusalTest {

    private static final FeatureBankWriter.Options SMALL = FeatureBankWriter.Options.of("").withRowsPerShard(4);
    private static final String SECOND = "features-00002-of-00003.safetensors";

    @TempDir
    Path folder;
    private Path place;

    @BeforeEach
    void open() {
        place = folder.resolve("bank");
    }

    private static Tensor rows() {
        return Torch.arange(20, DType.FLOAT32).view(10, 2).clone();
    }

    private void write() {
        try (FeatureBankWriter writer = new FeatureBankWriter(place, SMALL)) {
            writer.add(rows());
            writer.finish().close();
        }
    }

    private void assertRefused(String file, String... words) {
        assertThatThrownBy(() -> FeatureBank.open(place)).isInstanceOf(RuntimeException.class).satisfies(
                e -> assertThat(e.getMessage()).startsWith(place.resolve(file) + ": ").hasLineCount(1).contains(words));
    }

    private void edit(Consumer<JsonObject> change) throws IOException {
        Path file = place.resolve("bank.json");
        JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        change.accept(json);
        Files.writeString(file, json.toString());
    }

    @Test
    void featuresThatAreNotFiniteArePlaced() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            try (FeatureBankWriter writer = new FeatureBankWriter(place, SMALL)) {
                writer.add(rows());
                Tensor more = rows();
                more.get(5, 1).fill_(bad);
                assertThatThrownBy(() -> writer.add(more)).isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("row 15, dimension 1 is " + bad);
            }
            assertThat(folder).isEmptyDirectory();
        }
    }

    @Test
    void featuresTooLargeForTheElementTypeArePlaced() {
        try (FeatureBankWriter writer = new FeatureBankWriter(place, SMALL.withDtype(DType.FLOAT16))) {
            Tensor rows = rows();
            rows.get(3, 0).fill_(70_000f);
            assertThatThrownBy(() -> writer.add(rows)).hasMessageContaining("dimension 0 is 70000.0, too large");
        }
    }

    @Test
    void rowsThatAreNoneAreRefused() {
        try (FeatureBankWriter writer = new FeatureBankWriter(place, SMALL)) {
            assertThatThrownBy(() -> writer.add(Torch.zeros(3))).hasMessageContaining("[n, D]");
            assertThatThrownBy(() -> writer.add(Torch.zeros(new long[] {3, 2}, DType.INT64)))
                    .hasMessageContaining("int64");
            writer.add(rows());
            assertThatThrownBy(() -> writer.add(Torch.zeros(3, 3))).hasMessageContaining("width 3 came after")
                    .hasMessageContaining("width 2");
        }
        try (FeatureBankWriter writer = new FeatureBankWriter(place, SMALL.withGaussian(true))) {
            assertThatThrownBy(() -> writer.add(Torch.zeros(3, 3))).hasMessageContaining("3 wide");
        }
    }

    @Test
    void aBankWithoutADistributionIsRefused() {
        try (FeatureBankWriter writer = new FeatureBankWriter(place, SMALL)) {
            writer.add(Torch.ones(1, 2));
            assertThatThrownBy(writer::finish).hasMessageContaining("two rows");
            writer.add(Torch.ones(5, 2));
            assertThatThrownBy(writer::finish).hasMessageContaining("all numbers of the bank are 1.0");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatIsThereIsNotOverwritten() throws IOException {
        Files.createDirectory(place);
        assertThatThrownBy(() -> new FeatureBankWriter(place, SMALL)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(place + ": is there already");
    }

    @Test
    void aWriterAtWorkIsNoBankAndIsNotDisturbed() {
        try (FeatureBankWriter writer = new FeatureBankWriter(place, SMALL)) {
            writer.add(rows());
            assertThat(place).doesNotExist();
            assertRefused("bank.json", "no such file");
            assertThatThrownBy(() -> new FeatureBankWriter(place, SMALL)).hasMessageContaining("another writer");
            writer.finish().close();
        }
        FeatureBank.open(place).close();
    }

    @Test
    void whatAKilledWriterLeftIsReplaced() throws IOException {
        Path partial = Files.createDirectory(folder.resolve(".bank.partial"));
        Files.writeString(partial.resolve("lock"), "");
        Files.writeString(partial.resolve("features-7"), "left");
        write();
        assertThat(partial).doesNotExist();
        assertThat(place.resolve("features-7")).doesNotExist();
        try (FeatureBank bank = FeatureBank.open(place)) {
            assertThat(bank.block(0, 10).toFloatArray()).isEqualTo(rows().toFloatArray());
        }
    }

    @Test
    void aFinishedWriterTakesNoMore() {
        try (FeatureBankWriter writer = new FeatureBankWriter(place, SMALL)) {
            writer.add(rows());
            writer.finish().close();
            assertThatThrownBy(() -> writer.add(rows())).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void damagedShardsAreNamed() throws IOException {
        write();
        Path shard = place.resolve(SECOND);
        byte[] whole = Files.readAllBytes(shard);
        Files.write(shard, Arrays.copyOf(whole, whole.length - 3));
        assertRefused(SECOND, "bytes");
        Files.write(shard, Arrays.copyOf(whole, 5));
        assertRefused(SECOND, "safetensors");
        Files.delete(shard);
        assertRefused(SECOND, "no such file");
        Safetensors.write(shard, Map.of("features", Torch.zeros(4, 3)));
        assertRefused(SECOND, "float32[4, 3]", "float32[4, 2]");
        Safetensors.write(shard, Map.of("features", Torch.zeros(new long[] {4, 2}, DType.FLOAT16)));
        assertRefused(SECOND, "float16[4, 2]", "float32[4, 2]");
        Safetensors.write(shard, Map.of("rows", Torch.zeros(4, 2)));
        assertRefused(SECOND, "'features'", "rows");
        Files.write(shard, whole);
        FeatureBank.open(place).close();
    }

    @Test
    void aLyingDescriptionIsNamed() throws IOException {
        write();
        String truth = Files.readString(place.resolve("bank.json"));
        edit(json -> json.addProperty("rows", 11));
        assertRefused("bank.json", "11 rows", "10");
        Files.writeString(place.resolve("bank.json"), truth);
        edit(json -> {
            json.addProperty("rows", 11);
            json.getAsJsonArray("shards").get(1).getAsJsonObject().addProperty("rows", 5);
        });
        assertRefused(SECOND, "float32[4, 2]", "float32[5, 2]");
        Files.writeString(place.resolve("bank.json"), truth);
        edit(json -> json.getAsJsonArray("shards").get(1).getAsJsonObject().addProperty("file", "../../etc/passwd"));
        assertRefused("bank.json", "cannot have the name");
        for (String field : JsonParser.parseString(truth).getAsJsonObject().keySet()) {
            Files.writeString(place.resolve("bank.json"), truth);
            edit(json -> json.remove(field));
            assertRefused("bank.json", "'" + field + "'");
            edit(json -> json.add(field, new JsonObject()));
            assertRefused("bank.json", "'" + field + "'");
        }
        for (String text : new String[] {"", "[]", "{"}) {
            Files.writeString(place.resolve("bank.json"), text);
            assertRefused("bank.json", "is not a JSON object");
        }
        Files.writeString(place.resolve("bank.json"), "{\"version\": 2}");
        assertRefused("bank.json", "version 2");
        Files.writeString(place.resolve("bank.json"), "{\"version\": 1, \"nonFinite\": 3}");
        assertRefused("bank.json", "NaN");
    }
}
