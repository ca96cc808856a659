package org.flowprior.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flowprior.torch.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricLogTest {

    @TempDir
    private Path directory;

    /**
     * Python: {@code c = lambda b: google_crc32c.value(b); m = lambda b: ((c(b) >> 15 | c(b) << 17) + 0xa282ead8) &
     * 0xffffffff; n = struct.pack('<Q', 9); d = b'123456789'; (n + struct.pack('<I', m(n)) + d + struct.pack('<I',
     * m(d))).hex()}
     */
    @Test
    void recordsHaveTensorFlowsChecksums() {
        byte[] record = EventFile.record("123456789".getBytes(StandardCharsets.UTF_8));
        assertThat(HexFormat.of().formatHex(record)).isEqualTo("090000000000000037f97139313233343536373839e5b08ac7");
    }

    @Test
    void rowsGoToJsonAndTensorBoard() throws IOException {
        try (RunDirectory run = RunDirectory.create(directory.resolve("run"), new JsonObject())) {
            try (MetricLog log = MetricLog.open(run)) {
                log.log(300, "flow", Map.of("loss", 1.5));
            }
            assertThat(run.path().resolve("metrics.jsonl"))
                    .hasContent("{\"step\":300,\"phase\":\"flow\",\"loss\":1.5}\n");
            List<byte[]> events = events(run.path());
            assertThat(new String(events.get(0), StandardCharsets.UTF_8)).contains("brain.Event:2");
            // step: field 2, varint 300 = ac 02; summary: field 5; value: field 1; tag: field 1; simple_value: field 5,
            // 1.5f
            String scalar = "10ac02" + "2a12" + "0a10" + "0a09" + "flow/loss".chars().mapToObj("%02x"::formatted)
                    .reduce("", String::concat) + "15" + "0000c03f";
            assertThat(HexFormat.of().formatHex(events.get(1))).endsWith(scalar);
        }
    }

    @Test
    void rowsAfterTheNewestCheckpointAreDropped() throws IOException {
        try (RunDirectory run = RunDirectory.create(directory.resolve("run"), new JsonObject())) {
            try (MetricLog log = MetricLog.open(run)) {
                for (int step = 10; step <= 30; step += 10) {
                    log.log(step, "flow", Map.of("loss", 1.0));
                }
            }
            Path rows = run.path().resolve("metrics.jsonl");
            Files.writeString(rows, Files.readString(rows) + "{\"step\":4");
            run.checkpoints(1).write(20, to -> new Position("flow", 20, 20, 1, 0, new double[1]).write(to));
            MetricLog.open(run).close();
            assertThat(Files.readAllLines(rows)).hasSize(2).last().asString().startsWith("{\"step\":20,");
        }
    }

    @Test
    void seedsOfPurposesDiffer() {
        assertThat(Stream.of(Seeds.derive(0, "a"), Seeds.derive(0, "b"), Seeds.derive(1, "a"), Seeds.derive(0, "ab"))
                .distinct()).hasSize(4).allMatch(s -> s >= 0);
    }

    private static List<byte[]> events(Path directory) throws IOException {
        Path file;
        try (Stream<Path> files = Files.list(directory)) {
            file = files.filter(f -> f.getFileName().toString().startsWith("events.out.tfevents.")).findFirst()
                    .orElseThrow();
        }
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<byte[]> events = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] event = new byte[(int) in.getLong()];
            in.getInt();
            in.get(event);
            in.getInt();
            events.add(event);
        }
        return events;
    }
}
