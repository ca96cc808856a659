package org.flowprior.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.config.MetadataText;
import org.flowprior.fixtures.TinyMar;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarFileTest {

    private static final MarConfig OTHER = new MarConfig(new LatentLayout.Grid(3, 4, 2, 2), 24, 1, 2, 3, 2.5, 7, 2,
            true, 0.2, 0.3, 0.4, 0.5, new MarConfig.Head.Diffusion(1, 6, 3));

    private static final MarConfig WIDE = new MarConfig(new LatentLayout.Sequence(6, 4), 4096, 1, 2, 2, 4, 7, 2,
            true, 0.2, 0.3, 0.4, 0.5, new MarConfig.Head.Diffusion(1, 6, 3));

    @TempDir
    private Path directory;

    private static void assertSame(Mar mar, Map<String, Tensor> state) {
        assertThat(mar.stateDict().keySet()).containsExactlyElementsOf(state.keySet());
        mar.stateDict().forEach((key, tensor) -> assertThat(tensor.equal(state.get(key))).as(key).isTrue());
    }

    @Test
    void whatIsWrittenIsReadWithItsConfig() {
        Path file = directory.resolve("mar.safetensors");
        try (Scope scope = Scope.open(); Mar mar = TinyMar.create(OTHER)) {
            MarFile.write(file, OTHER, mar.stateDict(), Map.of(MarFile.SCALING, "1.25"));
            assertThat(MarFile.config(file)).isEqualTo(OTHER);
            assertThat(MarFile.scaling(file)).hasValue(1.25);
            try (Mar read = MarFile.read(file)) {
                assertThat(read.config()).isEqualTo(OTHER);
                assertThat(read.isTraining()).isFalse();
                assertSame(read, mar.stateDict());
            }
            MarFile.write(file, mar);
            assertThat(MarFile.scaling(file)).isEmpty();
        }
    }

    @Test
    void anOfficialCheckpointGivesItsAveragedWeights() {
        Path file = directory.resolve("checkpoint-last.pth");
        try (Scope scope = Scope.open(); Mar mar = TinyMar.create()) {
            Map<String, Tensor> averages = new LinkedHashMap<>();
            mar.stateDict().forEach((key, tensor) -> averages.put(key, tensor.detach().mul(2)));
            MarFile.writePt(file, mar.stateDict(), averages);
            try (Mar read = MarFile.read(file)) {
                assertSame(read, averages);
                // Dropouts are the official ones; the rest is told by the shapes.
                assertThat(read.config()).isEqualTo(new MarConfig(new LatentLayout.Sequence(6, 4), 16, 2, 2, 2, 4, 5, 3,
                        true, 0.1, 0.1, 0.1, 0.7, new MarConfig.Head.Flow(2, 8, 4)));
            }
            PtFile.write(file, Map.of("model", new LinkedHashMap<>(mar.stateDict())));
            try (Mar read = MarFile.read(file, config -> config.withLayout(new LatentLayout.Grid(4, 2, 3, 1)))) {
                assertSame(read, mar.stateDict());
                assertThat(read.latents(TinyMar.tokens()).shape()).containsExactly(2, 4, 2, 3);
            }
        }
    }

    @Test
    void shapesTellTheHeadAndTheHeads() {
        try (Scope scope = Scope.open(); Mar mar = TinyMar.create(OTHER)) {
            MarConfig told = MarConfig.of(mar.stateDict());
            assertThat(told.head()).isEqualTo(new MarConfig.Head.Diffusion(1, 6, 4));
            assertThat(told.heads()).isEqualTo(3);
            assertThat(told.mlpRatio()).isEqualTo(2.5);
            assertThat(told.layout()).isEqualTo(new LatentLayout.Sequence(2, 12));
        }
    }

    @Test
    void refusesOtherContentWithTheFilesName() {
        Path file = directory.resolve("other.safetensors");
        try (Scope scope = Scope.open(); Mar mar = TinyMar.create()) {
            Safetensors.write(file, Map.of("x", Tensor.of(new float[] {1})));
            assertThatThrownBy(() -> MarFile.read(file)).hasMessage(file
                    + ": no tensor 'z_proj.weight', so these are not the weights of a masked autoregressive generator");
            MarFile.write(file, OTHER, mar.stateDict(), Map.of(MarFile.SCALING, "-1"));
            assertThatThrownBy(() -> MarFile.read(file))
                    .hasMessageStartingWith(file + ": ").hasMessageContaining("encoder_pos_embed_learned");
            Map<String, Tensor> less = new HashMap<>(mar.stateDict());
            less.remove("encoder_blocks.1.norm1.weight");
            Safetensors.write(file, less);
            assertThatThrownBy(() -> MarFile.read(file)).hasMessageContaining("encoder_blocks.1.norm1.weight");
            Safetensors.write(file, mar.stateDict(), Map.of("mar", MetadataText.of(WIDE)));
            assertThatThrownBy(() -> MarFile.read(file))
                    .hasMessageStartingWith(file + ": its config makes a generator of ");
            MarFile.write(file, OTHER, mar.stateDict(), Map.of(MarFile.SCALING, "-1"));
            assertThatThrownBy(() -> MarFile.scaling(file))
                    .hasMessageContaining("is -1, which is not a positive number");
            Safetensors.write(file, mar.stateDict(), Map.of("mar", "{}"));
            assertThatThrownBy(() -> MarFile.read(file))
                    .hasMessage(file + ": the metadata 'mar' holds no generator's config: it has no 'sequence'");
        }
    }

    /** A hidden width over the width may be a quotient that, times the width, is cut off below it: 61 / 28. */
    @Test
    void theWeightsTellTheHiddenWidthAndADividingNumberOfHeads() {
        for (long[] sizes : new long[][] {{28, 61}, {88, 120}, {56, 61}, {130, 390}}) {
            MarConfig config = new MarConfig(new LatentLayout.Sequence(2, 3), sizes[0], 1, 1, 2,
                    Math.nextUp((double) sizes[1] / sizes[0]), 2, 1, false, 0, 0, 0, 0.5,
                    new MarConfig.Head.Flow(1, 4, 1));
            try (Mar mar = new Mar(config, null)) {
                MarConfig told = MarConfig.of(mar.stateDict());
                assertThat(told.hidden()).isEqualTo(sizes[1]);
                assertThat(told.width() % told.heads()).isZero();
            }
        }
    }

    private static final MarConfig SMALL = new MarConfig(new LatentLayout.Sequence(2, 3), 8, 1, 1, 2, 4, 2, 1, true, 0.1,
            0.1, 0.1, 0.7, new MarConfig.Head.Flow(1, 4, 4));

    @Test
    void normsBehindTheBlocksAreRefusedByName() {
        Path file = directory.resolve("checkpoint-last.pth");
        try (Mar mar = new Mar(SMALL, null)) {
            Map<String, Tensor> state = new LinkedHashMap<>(mar.stateDict());
            for (String option : List.of("ar_post_norm", "ar_post_norm_before_res")) {
                PtFile.write(file, Map.of("model", state, "args", Map.of(option, true)));
                assertThatThrownBy(() -> MarFile.read(file)).isInstanceOf(IllegalArgumentException.class)
                        .hasMessage(file + ": its args have " + option + ", blocks with norms behind them, which "
                                + "flowprior does not compute");
                PtFile.write(file, Map.of("model", state, "args", Map.of(option, false)));
                MarFile.read(file).close();
            }
        }
    }

    @Test
    void aHeadWithoutBlocksIsNamed() {
        Path file = directory.resolve("checkpoint-last.pth");
        try (Mar mar = new Mar(SMALL, null)) {
            Map<String, Tensor> state = new LinkedHashMap<>(mar.stateDict());
            state.keySet().removeIf(key -> key.contains("res_blocks"));
            PtFile.write(file, Map.of("model", state));
            assertThatThrownBy(() -> MarFile.read(file)).hasMessageContaining("a head of depth 0");
        }
    }
}
