package org.flowprior.data.latents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InScope
class LatentCacheRefusalTest {

    private static final String FIRST = "latents-00001.safetensors";
    private static final CacheOptions OPTIONS = LatentCacheTest.options(DType.FLOAT32, false, false);

    @TempDir
    private Path folder;
    private Path place;

    @BeforeEach
    void open() {
        place = folder.resolve("cache");
    }

    private static void add(CacheWriter writer, Tensor latents, long... labels) {
        writer.add(latents, null, Tensor.of(labels, labels.length),
                java.util.stream.LongStream.range(0, latents.size(0)).mapToObj(i -> "n" + i).toList(),
                writer.next() + latents.size(0));
    }

    private static Tensor latents() {
        return Torch.arange(18, DType.FLOAT32).view(3, 2, 3).clone();
    }

    private void write() {
        try (CacheWriter writer = new CacheWriter(place, OPTIONS)) {
            add(writer, latents(), 0, 1, 2);
            add(writer, latents(), 0, 1, 2);
            add(writer, latents(), 0, 1, 2);
            writer.finish().close();
        }
    }

    private void assertUnwritable(String message, Tensor latents, long... labels) {
        try (CacheWriter writer = new CacheWriter(place, OPTIONS)) {
            add(writer, latents(), 0, 1, 2);
            assertThatThrownBy(() -> add(writer, latents, labels)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(message).hasMessageNotContaining("\n");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatIsNoLatentIsRefused() {
        Tensor bad = latents();
        bad.get(2, 1, 0).fill_(Double.NaN);
        assertUnwritable("the latent of n2 is NaN at token 1, channel 0", bad, 0, 1, 2);
        assertUnwritable("label 3", latents(), 0, 1, 3);
        assertUnwritable("3 names", latents(), 0, 1);
        assertUnwritable("2 x 2 came after those of 2 x 3", latents().narrow(2, 0, 2), 0, 1, 2);
        assertUnwritable("[n, L, C]", latents().flatten(1), 0, 1, 2);
    }

    @Test
    void aCacheWithoutSpreadIsRefused() {
        try (CacheWriter writer = new CacheWriter(place, OPTIONS)) {
            assertThatThrownBy(writer::finish).hasMessageContaining("at least one image");
            add(writer, latents().fill_(2), 0, 1, 2);
            assertThatThrownBy(writer::finish).hasMessageContaining("a single number");
        }
        assertThat(place).doesNotExist();
    }

    @Test
    void whatIsThereIsNotReplaced() throws IOException {
        Files.createDirectory(place);
        assertThatThrownBy(() -> new CacheWriter(place, OPTIONS)).hasMessageContaining("is there already");
        assertThatThrownBy(() -> CacheWriter.resume(place, OPTIONS)).hasMessageContaining("is there already");
    }

    private void assertRefused(String file, String... words) {
        assertThatThrownBy(() -> LatentCache.open(place)).isInstanceOf(RuntimeException.class).satisfies(
                e -> assertThat(e.getMessage()).startsWith(place.resolve(file) + ": ").hasLineCount(1).contains(words));
    }

    private void assertRefused(Consumer<JsonObject> change, String... words) throws IOException {
        Path file = place.resolve("cache.json");
        String before = Files.readString(file);
        JsonObject json = JsonParser.parseString(before).getAsJsonObject();
        change.accept(json);
        Files.writeString(file, json.toString());
        assertRefused("cache.json", words);
        Files.writeString(file, before);
    }

    @Test
    void aDescriptionThatIsWrongIsRefused() throws IOException {
        assertRefused("cache.json", "not a latent cache");
        write();
        assertRefused(json -> json.addProperty("version", 2), "version 2");
        assertRefused(json -> json.remove("classes"), "field 'classes'");
        assertRefused(json -> json.addProperty("images", 8), "8 images, but its shards have 9");
        assertRefused(json -> json.addProperty("scaling", 0), "scaling must be positive");
        assertRefused(json -> json.addProperty("dtype", "int64"), "int64");
        assertRefused(json -> json.addProperty("tokens", 1e12), "tokens");
        assertRefused(json -> json.addProperty("gaussian", true), "3 wide");
        assertRefused(json -> json.getAsJsonArray("shards").get(0).getAsJsonObject().addProperty("file", "../x"),
                "../x");
        Files.writeString(place.resolve("cache.json"), "[");
        assertRefused("cache.json", "JSON");
    }

    @Test
    void aShardThatIsWrongIsRefused() throws IOException {
        write();
        Path shard = place.resolve(FIRST);
        byte[] bytes = Files.readAllBytes(shard);
        Files.write(shard, java.util.Arrays.copyOf(bytes, bytes.length - 1));
        assertRefused(FIRST, "lies at bytes");
        Files.delete(shard);
        assertRefused(FIRST, "no such file");
        CacheShard.write(shard, latents(), null, List.of("a", "b", "c"), 3, 0, 1, 2);
        assertRefused(FIRST, "[3, 2, 3] where cache.json says float32[6, 2, 3]");
        CacheShard.write(shard, latents(), null, List.of("a", "b", "c"), 3, 0, 1, 7);
        assertRefused(FIRST, "label");
        CacheShard.write(shard, latents(), latents(), List.of("a", "b", "c"), 3, 0, 1, 2);
        assertRefused(FIRST, "without flipped images");
    }

    /** A damaged byte is found, or changes a number; it never ends the process. */
    @Test
    void damagedFilesEndInAMessage() throws IOException {
        write();
        Random random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 200; i++) {
            Path file = place.resolve(i % 2 == 0 ? FIRST : "cache.json");
            byte[] bytes = Files.readAllBytes(file);
            byte[] damaged = bytes.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            Files.write(file, damaged);
            try (LatentCache cache = LatentCache.open(place)) {
                cache.latents(new long[] {0, 8}, null).close();
                cache.names();
            } catch (IllegalArgumentException | java.io.UncheckedIOException e) {
                assertThat(e.getMessage()).startsWith(place.toString());
                refused++;
            }
            Files.write(file, bytes);
        }
        assertThat(refused).isBetween(50, 199);
    }
}
