package org.flowprior.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.flowprior.config.RequestException;
import org.flowprior.torch.io.AtomicFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {

    @TempDir
    private Path directory;

    @Test
    void aRunIsNotOverwritten() throws IOException {
        Path path = directory.resolve("run");
        JsonObject config = new JsonObject();
        config.addProperty("seed", 3);
        RunDirectory.create(path, config).close();
        String before = Files.readString(path.resolve("config.json"));
        assertThatThrownBy(() -> RunDirectory.create(path, new JsonObject())).isInstanceOf(RequestException.class)
                .hasMessage(path
                        + " holds a run already (config.json); --resume continues it, --out DIR puts a new one "
                        + "elsewhere");
        assertThat(Files.readString(path.resolve("config.json"))).isEqualTo(before);
        RunDirectory.resume(path).close();
    }

    @Test
    void oneProcessAtATimeHoldsIt() throws IOException {
        Path path = directory.resolve("run");
        try (RunDirectory run = RunDirectory.create(path, new JsonObject())) {
            assertThatThrownBy(() -> RunDirectory.resume(run.path())).isInstanceOf(RequestException.class)
                    .hasMessage(path + " is in use by a run that has not ended");
        }
        RunDirectory.resume(path).close();
    }

    @Test
    void onlyARunIsResumed() {
        assertThatThrownBy(() -> RunDirectory.resume(directory)).isInstanceOf(RequestException.class)
                .hasMessage(directory + " holds no run to resume (no config.json)");
        assertThatThrownBy(() -> RunDirectory.latest(directory, "toy")).isInstanceOf(RequestException.class)
                .hasMessageContaining("there is no run");
    }

    @Test
    void namesAreNumberedAndTheLatestIsFound() throws IOException {
        for (int i = 1; i <= 3; i++) {
            Path path = RunDirectory.unused(directory, "toy");
            assertThat(path).isEqualTo(directory.resolve(i == 1 ? "toy" : "toy-" + i));
            RunDirectory.create(path, new JsonObject()).close();
            Files.setLastModifiedTime(path.resolve("config.json"), FileTime.fromMillis(i == 2 ? 3000 : 1000));
        }
        RunDirectory.create(directory.resolve("toy-other"), new JsonObject()).close();
        assertThat(RunDirectory.latest(directory, "toy")).isEqualTo(directory.resolve("toy-2"));
    }

    @Test
    void aFileThatFailsHalfwayLeavesTheOldOne() throws IOException {
        Path file = directory.resolve("summary.json");
        AtomicFiles.write(file, "old");
        assertThatThrownBy(() -> AtomicFiles.write(file, out -> {
            out.write(1);
            throw new IOException("disk full");
        })).hasMessage(file + ": cannot be written: disk full");
        assertThat(file).hasContent("old");
        assertThat(names(directory)).containsExactly("summary.json");
    }

    @Test
    void aCheckpointThatFailsHalfwayIsNone() throws IOException {
        CheckpointStore store = new CheckpointStore(directory, 2);
        store.write(5, to -> Files.writeString(to.resolve("a"), "five"));
        assertThatThrownBy(() -> store.write(6, to -> {
            Files.writeString(to.resolve("a"), "six");
            throw new IOException("disk full");
        })).hasMessage("disk full");
        assertThat(store.all()).containsExactly(directory.resolve("step-00000005"));
        assertThat(directory.resolve("last/a")).hasContent("five");
        store.write(6, to -> Files.writeString(to.resolve("b"), "six"));
        assertThat(names(directory.resolve("last"))).containsExactly("b", "checksums.json");
        assertThat(Files.readSymbolicLink(directory.resolve("last"))).isEqualTo(Path.of("step-00000006"));
        assertThat(names(directory)).containsExactly("last", "step-00000005", "step-00000006");
    }

    @Test
    void oldCheckpointsGo() throws IOException {
        CheckpointStore store = new CheckpointStore(directory, 2);
        for (long step : new long[] {10, 2, 100_000_000}) {
            store.write(step, to -> Files.writeString(to.resolve("a"), ""));
        }
        assertThat(store.all())
                .containsExactly(directory.resolve("step-00000010"), directory.resolve("step-100000000"));
        assertThat(store.newest()).contains(directory.resolve("step-100000000"));
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }
}
