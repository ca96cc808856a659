package org.flowprior.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.cli.Main;
import org.flowprior.data.ProceduralImages;
import org.flowprior.fixtures.Banks;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.FlowPrior;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.plot.Figure4;
import org.flowprior.target.IdentityProjection;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Libtorch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainAutoencoderTest {

    private static final List<String> TINY = List.of("model.imageSize=16", "model.encoder.width=16",
            "model.encoder.depth=1", "model.encoder.hidden=16", "model.decoder.width=16", "model.decoder.depth=1",
            "model.decoder.hidden=16", "model.latentTokens=4", "model.latentChannels=4", "training.steps=4",
            "training.warmupSteps=1", "training.batch=4", "evaluation.images=4", "evaluation.every=2", "log.every=2");

    @TempDir
    private Path directory;

    private final int threads = Libtorch.threads();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @AfterEach
    void useThreadsAsBefore() {
        Libtorch.setThreads(threads);
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> all = new ArrayList<>(List.of("-q", "train-autoencoder", "--threads", "1"));
        all.addAll(List.of(arguments));
        return Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(new String[0]));
    }

    private String[] tiny(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--images", "procedural:16?count=12", "--validation",
                "procedural:16?seed=1&count=4"));
        TINY.forEach(setting -> all.addAll(List.of("--set", setting)));
        all.addAll(List.of(arguments));
        return all.toArray(new String[0]);
    }

    @Test
    void trainsAnAutoencoderAndPrintsItsQuality() {
        Path run = directory.resolve("run");
        assertThat(run(tiny("--out", run.toString()))).as(err::toString).isZero();
        assertThat(out.toString().lines()).hasSize(4).first().asString()
                .matches("images trained on, validated on +12, 4");
        assertThat(out.toString()).containsPattern("PSNR, SSIM +[\\d.]+ dB, [\\d.]+\n")
                .contains("autoencoder.safetensors");
        try (Autoencoder autoencoder = Autoencoder.read(run.resolve("autoencoder.safetensors"))) {
            assertThat(autoencoder.config().latentTokens()).isEqualTo(4);
        }
        assertThat(run.resolve("summary.json")).content().contains("\"psnr\":", "\"trainingImages\": 12");
        assertThat(run.resolve("config.json")).content().contains("\"images\": \"procedural:16?count=12\"");
        assertThat(run.resolve("images/step-00000002.png")).exists();

        assertThat(run("--resume", "--out", run.toString())).as(err::toString).isZero();
        assertThat(run("--resume", "--out", run.toString(), "--set", "training.batch=2")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("flowprior: the run in " + run
                + " was begun with training.batch = 4; --resume cannot make it 2\n");
    }

    /** Four of twelve, whose pixels no training crop has; with six at most half may be held out, so a tenth is. */
    @Test
    void ownImagesAreValidatedOnSomeOfThemselves() throws IOException {
        Path run = directory.resolve("run");
        String[] own = tiny("--out", run.toString());
        own[1] = drawInto("twelve", 12).toString();
        String[] withoutValidation = Stream.concat(Stream.of(own[0], own[1]), Arrays.stream(own).skip(4))
                .toArray(String[]::new);
        assertThat(run(withoutValidation)).as(err::toString).isZero();
        assertThat(out.toString()).startsWith("images trained on, validated on").contains(" 8, 4\n");
        assertThat(run.resolve("config.json")).content().contains("\"validation\": \"\"", "\"images\": \"" + own[1]);

        withoutValidation[1] = drawInto("six", 6).toString();
        withoutValidation[Arrays.asList(withoutValidation).indexOf("--out") + 1] = directory.resolve("six-run")
                .toString();
        assertThat(run(withoutValidation)).as(err::toString).isZero();
        assertThat(out.toString()).contains(" 5, 1\n");
    }

    /** As older versions began it: own images, and the preset's drawn ones to validate on. */
    @Test
    void aRunOfAnOlderVersionGoesOnAsItBegan() throws IOException {
        Path run = directory.resolve("run");
        String images = drawInto("own", 12).toString();
        List<String> begun = new ArrayList<>(List.of(tiny("--out", run.toString())));
        begun.set(1, images);
        assertThat(run(begun.toArray(new String[0]))).as(err::toString).isZero();
        List<String> asked = new ArrayList<>(begun);
        asked.subList(2, 4).clear();
        asked.addAll(List.of("--resume", "--config", "quick"));
        assertThat(run(asked.toArray(new String[0]))).as(err::toString).isZero();
        assertThat(run("--resume", "--out", run.toString())).as(err::toString).isZero();
        assertThat(run.resolve("config.json")).content().contains("\"validation\": \"procedural:16?seed=1&count=4\"");
    }

    private Path drawInto(String name, int count) throws IOException {
        Path images = Files.createDirectory(directory.resolve(name));
        ProceduralImages drawn = new ProceduralImages(count, 16, 7);
        for (int i = 0; i < count; i++) {
            drawn.image(i).writePng(images.resolve(i + ".png"));
        }
        return images;
    }

    @Test
    void withABankItSaysHowNearTheLatentsLieToTheFeatures() {
        Path run = directory.resolve("run");
        Path prior = directory.resolve("prior.safetensors");
        try (Generator generator = Generator.seeded(5); FlowPrior made = new FlowPrior(new FlowModel(
                new VelocityNetwork(new VelocityNetwork.Config(4, 0, 1, 8), generator), TimeConvention.PAPER).freeze(),
                new IdentityProjection(4), 1, Map.of())) {
            made.write(prior);
        }
        Path bank = Banks.normal(directory.resolve("bank"), 50, 4, 1);
        assertThat(run(tiny("--out", run.toString(), "--prior", prior.toString(), "--set", "evaluation.bank=" + bank)))
                .as(err::toString).isZero();
        assertThat(out.toString()).containsPattern("mean log r_5 of 16 latent tokens +-?[\\d.]+\n");
        assertThat(run.resolve("summary.json")).content().contains("\"meanLogDistance\":", "\"k\": 5");
        assertThat(Figure4.Series.read("prior", run).values().steps()).containsExactly(2, 4);
    }

    @Test
    void whatIsMissingIsSaidInALineBeforeARunIsBegun() {
        Path run = directory.resolve("run");
        assertThat(run("--out", run.toString(), "--set", "data.images=")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("flowprior: train-autoencoder needs images: --images PATH names them, and "
                + "--images procedural:64 draws some\n");
        assertThat(run(tiny("--out", run.toString(), "--set", "loss.alignment.weight=0.1"))).isEqualTo(2);
        assertThat(err.toString()).contains("loss.alignment.prior").hasLineCount(1);
        assertThat(run(tiny("--out", run.toString(), "--prior", "nowhere.pt"))).isEqualTo(2);
        assertThat(err.toString()).contains("nowhere.pt").hasLineCount(1);
        assertThat(run(tiny("--out", run.toString(), "--set", "evaluation.bank=bank"))).isEqualTo(2);
        assertThat(err.toString()).contains("evaluation.bank needs a flow prior").hasLineCount(1);
        assertThat(run("--out", run.toString(), "--images", directory.resolve("none").toString())).isEqualTo(2);
        assertThat(err.toString()).contains(directory.resolve("none").toString()).hasLineCount(1);
        assertThat(run).doesNotExist();
    }
}
