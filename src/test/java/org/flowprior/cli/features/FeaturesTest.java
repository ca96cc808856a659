package org.flowprior.cli.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flowprior.fixtures.Resources;
import org.flowprior.target.FeatureBank;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Npy;
import org.flowprior.torch.io.Npz;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeaturesTest extends FeaturesFixture {

    @Test
    void aTableOfSafetensorsIsTheBank() {
        Tensor table = random(40, 6).mul(2).add(1);
        Safetensors.write(file("model.safetensors"), Map.of("embed.weight", table, "norm.weight", random(6)));
        assertThat(run("--table", file("model.safetensors"), "--tensor", "embed.weight")).isZero();
        assertRows(table);
        try (FeatureBank made = FeatureBank.open(bank)) {
            assertThat(made.scaling()).isEqualTo(1 / table.to(DType.FLOAT64).std().item(), offset(1e-9));
            assertThat(made.source()).isEqualTo("model.safetensors: embed.weight");
        }
        assertThat(out.toString()).contains("rows                 40\n").contains("dimension            6\n")
                .contains("constant dimensions  none\n").contains("scaling factor       0.");
        assertThat(run("--table", file("model.safetensors"))).isEqualTo(2);
        assertThat(err.toString()).contains("exists already");
    }

    @Test
    void aTableMayLieDeepInACheckpoint() {
        Tensor codebook = random(16, 8);
        PtFile.write(file("vq.pt"), Map.of("model", Map.of("quantize.embedding.weight", codebook, "x", random(3)),
                "steps", 7L));
        assertThat(run("--table", file("vq.pt"), "--tensor", "model.quantize.embedding.weight", "--scaling", "1",
                "--max-rows",
                "10", "--dtype", "bf16")).isZero();
        assertRows(codebook.narrow(0, 0, 10).to(DType.BFLOAT16).to(DType.FLOAT32));
        try (FeatureBank made = FeatureBank.open(bank)) {
            assertThat(made.scaling()).isEqualTo(1);
            assertThat(made.dtype()).isEqualTo(DType.BFLOAT16);
        }
    }

    /** {@code labels.npz} of official_files.py has text, objects and structured arrays beside x. */
    @ParameterizedTest
    @CsvSource({"--table, x", "--arrays, x", "--table,", "--arrays,"})
    void arraysThatNobodyAskedForAreSkipped(String option, String name) {
        Path npz = Resources.path("torch/io/labels.npz");
        assertThat(name == null ? run(option, npz) : run(option, npz, "--tensor", name)).as(err.toString()).isZero();
        assertRows(Tensor.of(new float[] {0, 1, 2, 3, 4, 5}, 3, 2));
    }

    @Test
    void anArrayOfTextIsNoTable() {
        Path npz = Resources.path("torch/io/labels.npz");
        for (String option : List.of("--table", "--arrays")) {
            assertRefused("'labels.npy': an .npy array of type <U6, text, which is no tensor", option, npz, "--tensor",
                    "labels");
        }
        assertRefused("no array 'y'; it holds x, labels", "--arrays", npz, "--tensor", "y");
        assertRefused("no tensor 'y'; it holds x float32[3, 2]", "--table", npz, "--tensor", "y");
    }

    @Test
    void aWideTableOfFewRowsIsWritten() {
        Tensor table = random(4, 300_000);
        Npy.write(file("wide.npy"), table);
        assertThat(run("--table", file("wide.npy"))).as(err.toString()).isZero();
        assertRows(table);
    }

    @Test
    void aBareTensorNeedsNoName() {
        Tensor table = random(12, 3);
        PtFile.write(file("bare.pt"), table);
        assertThat(run("--table", file("bare.pt"))).isZero();
        assertRows(table);
    }

    @Test
    void aTableIsFoundAmongShards() throws IOException {
        Tensor table = random(20, 4).to(DType.BFLOAT16);
        Files.createDirectory(file("qwen"));
        Safetensors.write(file("qwen/model-1.safetensors"), Map.of("model.embed_tokens.weight", table));
        Files.writeString(file("qwen/model.safetensors.index.json"), """
                {"metadata": {}, "weight_map": {"model.embed_tokens.weight": "model-1.safetensors",
                 "lm_head.weight": "model-2.safetensors"}}""");
        for (Path path : List.of(file("qwen"), file("qwen/model.safetensors.index.json"))) {
            bank = file("bank-" + path.getFileName());
            assertThat(run("--table", path, "--tensor", "model.embed_tokens.weight")).isZero();
            assertRows(table.to(DType.FLOAT32));
        }
        bank = file("none");
        assertRefused("model-2.safetensors", "--table", file("qwen"), "--tensor", "lm_head.weight");
    }

    @Test
    void aWrongTableIsNamed() throws IOException {
        Safetensors.write(file("two.safetensors"), Map.of("a", random(4, 2), "b", random(4, 2), "c", random(3)));
        Safetensors.write(file("bad.safetensors"), Map.of("t", Torch.full(new long[] {4, 2}, Double.NaN)));
        Safetensors.write(file("same.safetensors"), Map.of("t", Torch.ones(4, 2)));
        assertRefused("2 tensors of two dimensions, --tensor says which", "--table", file("two.safetensors"));
        assertRefused("no tensor 'd'; it holds", "--table", file("two.safetensors"), "--tensor", "d");
        assertRefused("tensor 'c' is float32[3]", "--table", file("two.safetensors"), "--tensor", "c");
        assertRefused("row 0, dimension 0 is NaN", "--table", file("bad.safetensors"));
        assertRefused("not a distribution", "--table", file("same.safetensors"));
        assertRefused("no such file", "--table", file("gone.pt"));
        assertNoOtherFiles();
    }

    @Test
    void arraysBecomeRows() throws IOException {
        Tensor first = random(5, 3);
        Tensor second = random(2, 4, 3);
        Files.createDirectories(file("arrays/deep"));
        Npy.write(file("arrays/a.npy"), first);
        Npz.write(file("arrays/deep/b.npz"), Map.of("x", second));
        assertThat(run("--arrays", file("arrays"))).isZero();
        assertRows(Torch.cat(List.of(first, second.flatten(0, 1)), 0));
        bank = file("reverse");
        assertThat(run("--arrays", file("arrays/deep/b.npz"), file("arrays/a.npy"), "--max-rows", "9")).isZero();
        assertRows(Torch.cat(List.of(second.flatten(0, 1), first.narrow(0, 0, 1)), 0));
    }

    @Test
    void cachedLatentsAreGaussianRows() {
        Tensor moments = random(6, 4);
        Tensor flipped = random(6, 4);
        Npz.write(file("l.npz"), Map.of("moments", moments, "moments_flip", flipped));
        assertThat(run("--arrays", file("l.npz"), "--gaussian", "--flip")).isZero();
        assertRows(Torch.cat(List.of(moments, flipped), 0).narrow(1, 0, 2));
        assertThat(out.toString()).contains("12 of mean and log-variance").contains("dimension            2\n");
        bank = file("grid");
        Npz.write(file("g.npz"), Map.of("moments", moments.reshape(2, 3, 4)));
        assertThat(run("--arrays", file("g.npz"), "--layout", "grid")).isZero();
        assertRows(moments.reshape(2, 12).t());
    }

    @Test
    void wrongArraysAreNamed() throws IOException {
        Npy.write(file("a.npy"), random(5, 3));
        Npy.write(file("b.npy"), random(5, 4));
        Npy.write(file("i.npy"), Torch.ones(5, 3).to(DType.INT64));
        Npz.write(file("m.npz"), Map.of("x", random(5, 3), "y", random(5, 3)));
        assertRefused("b.npy: rows of width 4 came after rows of width 3", "--arrays", file("a.npy"), file("b.npy"));
        assertRefused("features are floating-point numbers", "--arrays", file("i.npy"));
        assertRefused("--tensor says which", "--arrays", file("m.npz"));
        assertRefused("--flip goes with cached latents", "--arrays", file("a.npy"), "--flip");
        assertRefused("--layout tokens is [N, T, D]", "--arrays", file("a.npy"), "--layout", "tokens");
        Files.createDirectory(file("empty"));
        assertRefused("holds no .npy", "--arrays", file("empty"));
        assertNoOtherFiles();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--max-rows 3 | features needs one of --table, --latents, --arrays and --images",
        "--table a --arrays b | features needs one of --table, --latents, --arrays and --images, not 2",
        "--latents a | no such file: a",
        "--latents a --gaussian | --layout and --gaussian do not go with --latents",
        "--latents a --tensor b | --tensor goes with --table or --arrays, not with --latents",
        "--table a --encoder vae | --encoder goes with --images",
        "--table a --flip | --flip goes with",
        "--table a --layout grid | --layout goes with",
        "--images a | --images needs --encoder and --weights",
        "--images a --encoder vae --weights b --patch-size 4 | --patch-size goes with --encoder dinov2",
        "--images a --encoder vae --weights b --batch 0 | --batch must be at least 1, not 0",
        "--images a --encoder vae --weights b | no such file: b",
        "--table a --max-rows 0 | --max-rows must be at least 1, not 0",
        "--table a | no such file: a"})
    void aWrongRequestIsOneLineAndTwo(String line, String message) {
        assertRefused("flowprior: " + message, (Object[]) line.split(" "));
    }
}
