package org.flowprior.cli.toy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.flowprior.cli.Main;
import org.flowprior.target.ToyTarget;
import org.flowprior.torch.Libtorch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code flowprior toy --target all --report}, with a tiny network. */
class ToyTest {

    private static final List<String> TINY = List.of("--quiet", "--threads", "1", "-s", "flow.width=8", "-s",
            "flow.blocks=1",
            "-s", "flow.steps=4", "-s", "flow.batch=16", "-s", "alignment.steps=5", "-s", "alignment.latents=20", "-s",
            "figures.dataPoints=30", "-s", "figures.grid=4", "-s", "figures.landscapeTimes=2", "-s",
            "report.points=6", "-s",
            "report.grid=3", "-s", "report.tolerance=0.01", "-s", "report.timeNodes=1", "-s", "report.noiseNodes=2");
    private static final List<String> NAMES = Arrays.stream(ToyTarget.values()).map(ToyTarget::commandName).toList();

    @TempDir
    private static Path directory;
    private static Path all;
    private static int code;
    private static int threads;

    private static final StringWriter OUT = new StringWriter();
    private static final StringWriter ERR = new StringWriter();

    @BeforeAll
    static void runAll() {
        threads = Libtorch.threads();
        all = directory.resolve("all");
        code = toy(all, "--target", "all", "--report");
    }

    @AfterAll
    static void useThreadsAsBefore() {
        Libtorch.setThreads(threads);
    }

    private static int run(String... args) {
        OUT.getBuffer().setLength(0);
        ERR.getBuffer().setLength(0);
        return Main.run(new PrintWriter(OUT), new PrintWriter(ERR), args);
    }

    private static int toy(Path out, String... more) {
        List<String> args = new ArrayList<>(List.of("toy", "--out", out.toString()));
        args.addAll(TINY);
        args.addAll(List.of(more));
        return run(args.toArray(String[]::new));
    }

    private static JsonObject json(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    @Test
    void everyTargetHasARunAndTheyHaveATable() throws IOException {
        assertThat(code).isZero();
        for (String name : NAMES) {
            JsonObject summary = json(all.resolve(name).resolve("summary.json"));
            assertThat(summary.get("target").getAsString()).isEqualTo(name);
            for (String key : List.of("pearson", "nllLatents", "nllData", "alignLoss", "flowLoss",
                    "flowLossOfExactField")) {
                assertThat(summary.get(key).getAsDouble()).as(name + " " + key).isFinite();
            }
            assertThat(summary.getAsJsonArray("latentsPerMode")).hasSize(ToyTarget.of(name).density().modes());
            JsonObject report = json(all.resolve(name).resolve("report.json"));
            assertThat(report.getAsJsonArray("sentences")).hasSize(12);
            assertThat(all.resolve(name).resolve("report.md")).content().startsWith("# The theory on " + name);
        }
        List<String> rows = Files.readAllLines(all.resolve("table.csv"));
        assertThat(rows).hasSize(7);
        assertThat(rows.getFirst()).startsWith("target,nllLatents,nllData,pearson,spearman,");
        assertThat(rows.stream().skip(1).map(row -> row.split(",")[0])).containsExactlyElementsOf(NAMES);
        assertThat(rows.get(3).split(",")[1])
                .isEqualTo(json(all.resolve("moons/summary.json")).get("nllLatents").getAsString());
        assertThat(Files.readAllLines(all.resolve("table.md"))).hasSize(8).element(1).asString()
                .startsWith("|---|---|");
        assertThat(Files.readAllLines(all.resolve("report.csv"))).hasSize(7)
                .allMatch(row -> row.split(",").length == 21);
    }

    @Test
    void theFiguresOfAllStandBelowEachOther() throws IOException {
        BufferedImage figure5 = ImageIO.read(all.resolve("figures/figure5.png").toFile());
        assertThat(figure5.getHeight()).isEqualTo(6 * 900);
        for (int row = 0; row < 6; row++) {
            for (int panel = 0; panel < 3; panel++) {
                int[] pixels = figure5.getRGB(90 + 1200 * panel, 900 * row, 1200, 900, null, 0, 1200);
                assertThat(IntStream.of(pixels).distinct().count()).as("row %d panel %d", row, panel).isGreaterThan(50);
            }
        }
        assertThat(all.resolve("figures/figure6.png")).isNotEmptyFile();
    }

    @Test
    void whatIsDoneIsNotDoneAgain() throws IOException {
        FileTime before = Files.getLastModifiedTime(all.resolve("gaussian/summary.json"));
        Files.delete(all.resolve("rings/summary.json"));
        assertThat(run("toy", "--resume", "--out", all.toString(), "--quiet")).isZero();
        assertThat(Files.getLastModifiedTime(all.resolve("gaussian/summary.json"))).isEqualTo(before);
        assertThat(all.resolve("rings/summary.json")).isNotEmptyFile();
    }

    @Test
    void aRunOfAllStaysOne() {
        assertThat(toy(all, "--resume", "--target", "moons")).isEqualTo(2);
        assertThat(ERR.toString()).isEqualTo("flowprior: " + all
                + " holds a run of all targets; --resume cannot make it moons\n");
        assertThat(toy(all, "--resume", "--target", "all", "-s", "flow.width=9")).isEqualTo(2);
        assertThat(ERR.toString()).contains("was begun with flow.width = 8; --resume cannot make it 9");
        assertThat(toy(all.resolve("moons"), "--resume", "--target", "all")).isEqualTo(2);
        assertThat(ERR.toString()).contains("holds a run of one target");
        assertThat(toy(all, "--target", "all")).isEqualTo(2);
        assertThat(ERR.toString()).contains("holds a run already (config.json)");
        assertThat(run("toy", "--target", "checkerboard")).isEqualTo(2);
        assertThat(ERR.toString()).isEqualTo("flowprior: --target checkerboard is none of gaussian, grid, moons, "
                + "rings, spiral, swissroll, all\n");
    }
}
