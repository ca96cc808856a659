package org.flowprior.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.flowprior.config.RequestException;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stages of a user's own. */
class TrainingRunTest {

    private static final Logging LOGGING = new Logging(2, 3, 9);

    @TempDir
    private Path directory;

    /** Counts its steps. */
    private static final class Counting implements Stage {

        private final String name;
        private long count;

        Counting(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public List<String> metrics() {
            return List.of("count");
        }

        @Override
        public Tensor step(long step) {
            return Tensor.of(new float[] {++count});
        }

        @Override
        public void save(Path to) throws IOException {
            Files.writeString(to.resolve("count"), Long.toString(count));
        }

        @Override
        public void load(Path from) throws IOException {
            count = Long.parseLong(Files.readString(from.resolve("count")));
        }
    }

    private static JsonObject config(double size) {
        JsonObject config = new JsonObject();
        config.addProperty("size", size);
        return config;
    }

    /** Says stop at the n-th call. */
    private static BooleanSupplier after(int steps) {
        int[] asked = {0};
        return () -> ++asked[0] >= steps;
    }

    private static Counting train(Path place, BooleanSupplier stop) throws IOException {
        Counting stage = new Counting("own");
        try (TrainingRun run = TrainingRun.open(place, config(0.1)).stopWhen(stop)) {
            run.train(stage, 7, LOGGING);
            JsonObject summary = new JsonObject();
            summary.addProperty("count", stage.count);
            run.end(summary);
        }
        return stage;
    }

    @Test
    void anOwnStageStopsAndContinues() throws IOException {
        Path whole = directory.resolve("whole");
        assertThat(train(whole, () -> false).count).isEqualTo(7);
        Path parts = directory.resolve("parts");
        assertThatThrownBy(() -> train(parts, after(4))).isInstanceOf(StoppedException.class);
        assertThat(parts.resolve("summary.json")).doesNotExist();
        assertThat(train(parts, () -> false).count).isEqualTo(7);
        for (String file : List.of("config.json", "metrics.jsonl", "summary.json", "checkpoints/last/count")) {
            assertThat(parts.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
        assertThat(whole.resolve("summary.json")).content().isEqualToIgnoringWhitespace("{\"count\": 7}");
    }

    @Test
    void stagesFollowOneAnother() throws IOException {
        try (TrainingRun run = TrainingRun.create(directory.resolve("run"), config(1))) {
            run.train(new Counting("first"), 3, LOGGING);
            run.stopWhen(after(2));
            assertThatThrownBy(() -> run.train(new Counting("second"), 4, LOGGING))
                    .isInstanceOf(StoppedException.class);
        }
        try (TrainingRun run = TrainingRun.resume(directory.resolve("run"))) {
            assertThat(run.position()).hasValueSatisfying(at -> assertThat(at.phase()).isEqualTo("second"));
            Counting second = new Counting("second");
            run.train(second, 4, LOGGING);
            assertThat(second.count).isEqualTo(4);
        }
        assertThat(directory.resolve("run/metrics.jsonl")).hasContent("""
                {"step":2,"phase":"first","count":1.5}
                {"step":3,"phase":"first","count":3.0}
                {"step":5,"phase":"second","count":1.5}
                {"step":7,"phase":"second","count":3.5}
                """);
    }

    @Test
    void anotherConfigIsRefused() throws IOException {
        train(directory.resolve("run"), () -> false);
        assertThatThrownBy(() -> TrainingRun.open(directory.resolve("run"), config(0.2)))
                .isInstanceOf(RequestException.class).hasMessageEndingWith("was begun with another config: "
                        + "{\"size\":0.1}");
        assertThatThrownBy(() -> TrainingRun.create(directory.resolve("run"), config(0.1)))
                .isInstanceOf(RequestException.class).hasMessageContaining("holds a run already");
        assertThatThrownBy(() -> TrainingRun.resume(directory)).isInstanceOf(RequestException.class)
                .hasMessageContaining("holds no run to resume");
        TrainingRun.open(directory.resolve("run"), config(0.1)).close();
    }
}
