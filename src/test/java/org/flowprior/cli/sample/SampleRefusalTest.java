package org.flowprior.cli.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderFile;
import org.flowprior.generate.GeneratorFixture;
import org.flowprior.mar.MarConfig;
import org.flowprior.mar.MarFile;
import org.flowprior.torch.io.DirectoryLock;
import org.flowprior.torch.io.FileChecksum;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleRefusalTest {

    @TempDir
    private Path directory;
    private SampleFixture fixture;

    @BeforeEach
    void makeModels() {
        fixture = new SampleFixture(directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private void assertDone(Object... args) {
        assertThat(fixture.run(args)).as(fixture.err.toString()).isZero();
    }

    private void assertRefused(String message, Object... args) {
        assertThat(fixture.run(args)).as(fixture.err.toString()).isEqualTo(2);
        assertThat(fixture.err.toString()).contains(message).hasLineCount(1);
    }

    @Test
    void aDirectoryTakesNoOtherRequest() throws IOException {
        assertDone("--count", 5, "--steps", 3);
        List<byte[]> before = fixture.images(5);

        assertRefused("sample.json was begun with seed 0, not 1; ask for the same, or choose another --out", "--count",
                5, "--steps", 3, "--seed", 1);
        assertRefused("sample.json was begun with count 5, not 10", "--count", 10, "--steps", 3);
        fixture.changeGenerator();
        assertRefused("sample.json was begun with marCrc32c ", "--count", 5, "--steps", 3);
        assertThat(fixture.images(5)).map(Arrays::hashCode).isEqualTo(before.stream().map(Arrays::hashCode).toList());

        Files.delete(fixture.place.resolve("sample.json"));
        assertRefused("holds other files; choose another name", "--count", 5, "--steps", 3);
    }

    @Test
    void twoSamplesDoNotFillOneDirectory() throws IOException {
        assertDone("--count", 5, "--steps", 3);
        Files.delete(fixture.image(2));
        try (DirectoryLock other = DirectoryLock.of(fixture.place).orElseThrow()) {
            assertRefused("--out " + fixture.place + " is in use by another sample that has not ended; wait for it",
                    "--count", 5, "--steps", 3);
            assertThat(fixture.image(2)).doesNotExist();
        }
        assertDone("--count", 5, "--steps", 3);
    }

    @Test
    void whatAKillLeftGoesAtTheNextStart() throws IOException {
        Files.createDirectories(fixture.place);
        for (Path place : List.of(fixture.place, fixture.directory)) {
            Path leftover = Files.writeString(place.resolve(".flowprior-0.tmp"), "half an image");
            Files.setLastModifiedTime(leftover, FileTime.fromMillis(1_000_000));
        }
        assertDone("--count", 5, "--steps", 3, "--npz", fixture.directory.resolve("all.npz"));
        assertThat(fixture.place.resolve(".flowprior-0.tmp")).doesNotExist();
        assertThat(fixture.directory.resolve(".flowprior-0.tmp")).doesNotExist();
    }

    @Test
    void requestsThatCannotBeMetAreRefusedInOneLine() {
        assertRefused("--count 7 does not give 5 classes the same number of images; 5 or 10 does", "--count", 7);
        assertRefused("the generator has classes 0 to 4, so '3-5' is not among them", "--classes", "3-5");
        assertRefused("--classes names class 2 twice", "--classes", "2,1-3");
        assertRefused("--classes takes all, or numbers and ranges such as 207,360,0-9, not '1,,2'", "--classes",
                "1,,2");
        assertRefused("3 tokens are sampled in 1 to 3 iterations, not in 4", "--iterations", 4);
        assertRefused("--check-classes knows the 10 classes of procedural images, and the generator has 5",
                "--check-classes");
        assertRefused("--precision must be one of float32, bf16, not flot32; did you mean float32?", "--precision",
                "flot32");
        assertRefused("--scaling must be positive, not -1.0", "--scaling", -1);
        assertRefused("its directory does not exist", "--npz", fixture.directory.resolve("nowhere/all.npz"));
        fixture.generatorFile = fixture.directory.resolve("none");
        assertRefused("no such file: " + fixture.generatorFile);
        assertThat(fixture.place).doesNotExist();
    }

    @Test
    void aGeneratorThatDoesNotStateItsScalingWantsTheOption() {
        MarFile.write(fixture.generatorFile, fixture.mar);
        assertRefused("does not give the factor of its latents; --scaling X does", "--count", 5);
        assertDone("--count", 5, "--steps", 3, "--scaling", 0.5);
    }

    @Test
    void anAutoencoderOfOtherLatentsIsRefused() {
        try (Autoencoder other = GeneratorFixture.autoencoder(2)) {
            AutoencoderFile.write(fixture.autoencoderFile, other);
        }
        assertRefused(fixture.generatorFile + " makes 3 tokens of 4 channels, but " + fixture.autoencoderFile
                + " takes 2 of 4; give the autoencoder whose latents the generator was trained on", "--count", 5);
    }

    @Test
    void aSolverThatADiffusionHeadDoesNotHaveIsRefused() {
        fixture.makeGenerator(new MarConfig.Head.Diffusion(1, 16, 1));
        assertRefused("a diffusion head takes solver official", "--count", 5, "--steps", 4, "--solver", "euler");
        assertThat(fixture.place).doesNotExist();
    }

    @Test
    void theAutoencoderIsTheOneWhoseLatentsTheGeneratorLearnt() throws IOException {
        String own = FileChecksum.of(fixture.autoencoderFile);
        fixture.writeGenerator(own.equals("00000000") ? "11111111" : "00000000");
        assertRefused(fixture.autoencoderFile + " is not the file of the autoencoder whose latents "
                + fixture.generatorFile
                + " learnt; give that file, or --accept-other-autoencoder decodes with this one");
        assertThat(fixture.place).doesNotExist();
        assertThat(fixture.run("--accept-other-autoencoder")).as(fixture.err.toString()).isZero();
        assertThat(fixture.err.toString()).contains("is not the file of the autoencoder").hasLineCount(1);
    }

    @Test
    void aGeneratorThatDoesNotSayWhoseLatentsItLearntIsSaidInALine() {
        fixture.writeGenerator((String) null);
        assertThat(fixture.run()).as(fixture.err.toString()).isZero();
        assertThat(fixture.err.toString()).isEqualTo("flowprior: " + fixture.generatorFile
                + " does not say whose latents it learnt, so the autoencoder is not checked\n");
    }
}
