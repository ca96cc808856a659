package org.flowprior.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.flowprior.cli.Main;
import org.flowprior.data.ProceduralImages;
import org.flowprior.fixtures.Banks;
import org.flowprior.fixtures.Caches;
import org.flowprior.fixtures.SmallRun;
import org.flowprior.target.FeatureBank;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Data that are others when a run continues than when it was stopped. */
@InScope
class ChangedDataTest {

    /** What happens to the data between the two parts of a run. */
    private interface Change {
        void in(Path place) throws IOException;
    }

    @TempDir
    private Path place;

    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeData() throws IOException {
        SmallRun.writeData(place);
    }

    private Path run() {
        return place.resolve("run");
    }

    private int resume(SmallRun kind, String... more) {
        err.getBuffer().setLength(0);
        String[] words = Stream.concat(Stream.of("-q", kind.command(), "--resume", "--out", run().toString()),
                Stream.of(more)).toArray(String[]::new);
        return Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), words);
    }

    private static void replaceBank(Path place, Tensor rows) throws IOException {
        deleteTree(place.resolve("bank"));
        Banks.write(place.resolve("bank"), rows, false);
    }

    private static void deleteTree(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    private static Tensor rows(Path place) {
        try (FeatureBank bank = FeatureBank.open(place.resolve("bank"))) {
            return bank.block(0, bank.rows()).clone();
        }
    }

    private static void exchange(Path a, Path b) throws IOException {
        Path aside = a.resolveSibling("aside");
        Files.move(a, aside);
        Files.move(b, a);
        Files.move(aside, b);
    }

    private static Arguments change(SmallRun kind, String named, Change change) {
        return Arguments.of(kind, named, change);
    }

    static Stream<Arguments> changes() {
        return Stream.of(
                change(SmallRun.FLOW, "data.bank", place -> replaceBank(place, rows(place).flip(0))),
                change(SmallRun.FLOW, "data.bank", place -> {
                    Tensor rows = rows(place);
                    rows.get(17).mul_(1.001);
                    replaceBank(place, rows);
                }),
                change(SmallRun.FLOW, "data.bank", place -> replaceBank(place, rows(place).narrow(0, 0, 199))),
                change(SmallRun.FLOW, "projection.safetensors",
                        place -> flip(place.resolve("run/projection.safetensors"))),
                change(SmallRun.AUTOENCODER, "number of images: 11, before 12",
                        place -> Files.delete(place.resolve("images/03.png"))),
                change(SmallRun.AUTOENCODER, "names of the images: ",
                        place -> Files.move(place.resolve("images/03.png"), place.resolve("images/99.png"))),
                change(SmallRun.AUTOENCODER, "data.images",
                        place -> exchange(place.resolve("images/03.png"), place.resolve("images/04.png"))),
                change(SmallRun.AUTOENCODER, "of the images: ",
                        place -> new ProceduralImages(8, 24, 8).image(7).writePng(place.resolve("images/07.png"))),
                change(SmallRun.AUTOENCODER, "loss.alignment.prior",
                        place -> SmallRun.writePrior(place.resolve("prior.safetensors"), 6)),
                change(SmallRun.MAR, "data.cache", place -> {
                    deleteTree(place.resolve("cache"));
                    Caches.write(place.resolve("cache"), Torch.randn(40, 4, 2), false, true);
                }));
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
    }

    @ParameterizedTest
    @MethodSource("changes")
    void aDifferenceIsRefusedByNameUnlessItIsAccepted(SmallRun kind, String named, Change change) throws IOException {
        kind.trainHalf(place, run());
        change.in(place);
        assertThat(resume(kind)).as(err::toString).isEqualTo(2);
        assertThat(err.toString()).contains(named, place.toString(), ", before ",
                "; restore it, or --accept-changed-data continues with what is there now").hasLineCount(1);
        assertThat(run().resolve(kind.result())).doesNotExist();
        assertThat(run().resolve("checkpoints/step-00000004")).doesNotExist();

        assertThat(resume(kind, "--accept-changed-data")).as(err::toString).isZero();
        assertThat(run().resolve(kind.result())).exists();
        // the new checkpoint has the fingerprint of the new data
        Files.delete(run().resolve(kind.result()));
        assertThat(resume(kind)).as(err::toString).isZero();
    }

    /** A copy elsewhere, with other times, is the same data. */
    @ParameterizedTest
    @EnumSource
    void theSameContentGoesOn(SmallRun kind) throws IOException {
        kind.trainHalf(place, run());
        for (String name : new String[] {"bank", "cache", "images"}) {
            SmallRun.copy(place.resolve(name), place.resolve("copy"));
            deleteTree(place.resolve(name));
            Files.move(place.resolve("copy"), place.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        }
        assertThat(resume(kind)).as(err::toString).isZero();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aCheckpointOfAnOlderVersionGoesOnAndItIsSaid() throws IOException {
        SmallRun.FLOW.trainHalf(place, run());
        Files.delete(run().resolve("checkpoints/step-00000002/inputs.json"));
        PrintStream console = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try {
            System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
            assertThat(Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), "train-flow", "--resume",
                    "--out", run().toString())).as(err::toString).isZero();
        } finally {
            System.setErr(console);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).lines().filter(line -> line.contains("fingerprint")))
                .singleElement().asString().contains("step-00000002", "not checked");
    }
}
