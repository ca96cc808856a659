package org.flowprior.mar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.flowprior.fixtures.TinyMar;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.Test;

/** The published sizes (spec A.1), computed without making the networks. */
class MarParameterCountTest {

    private static final LatentLayout PAPER = new LatentLayout.Sequence(64, 32);
    private static final LatentLayout GRID = new LatentLayout.Grid(16, 16, 16, 1);

    @Test
    void withAFlowHead() {
        assertThat(MarConfig.base(PAPER).parameterCount()).isEqualTo(207_517_216);
        assertThat(MarConfig.large(PAPER).parameterCount()).isEqualTo(477_781_536);
        assertThat(MarConfig.huge(PAPER).parameterCount()).isEqualTo(941_723_680);
        assertThat(MarConfig.base(PAPER).withQkNorm(false).parameterCount()).isEqualTo(207_511_072);
        assertThat(MarConfig.base(GRID).parameterCount()).isEqualTo(207_914_512);
        assertThat(MarConfig.base(PAPER).headNetwork().parameterCount()).isEqualTo(35_766_304);
    }

    @Test
    void withADiffusionHead() {
        assertThat(diffusion(MarConfig.base(GRID)).parameterCount()).isEqualTo(207_924_768);
        assertThat(diffusion(MarConfig.large(GRID)).parameterCount()).isEqualTo(478_326_304);
        assertThat(diffusion(MarConfig.huge(GRID)).parameterCount()).isEqualTo(942_403_104);
    }

    private static MarConfig diffusion(MarConfig config) {
        MarConfig.Head head = config.head();
        return config.withQkNorm(false)
                .withHead(new MarConfig.Head.Diffusion(head.depth(), head.width(), head.multiplicity()));
    }

    @Test
    void areThoseOfTheNetworks() {
        MarConfig tiny = TinyMar.CONFIG;
        for (MarConfig config : List.of(tiny, tiny.withQkNorm(false), diffusion(tiny),
                tiny.withLayout(new LatentLayout.Grid(3, 4, 2, 2)),
                new MarConfig(tiny.layout(), 24, 1, 3, 3, 2.5, 7, 2, true, 0, 0, 0, 0, tiny.head()))) {
            try (Mar mar = new Mar(config, null)) {
                assertThat(mar.parameterCount()).isEqualTo(config.parameterCount());
            }
        }
    }

    @Test
    void partTheTinyOneAsTheOfficialCodeDoes() {
        try (Mar mar = TinyMar.create()) {
            List<Tensor> free = mar.parameterGroups(1, 0.02).get(0).parameters();
            List<Tensor> decayed = mar.parameterGroups(1, 0.02).get(1).parameters();
            // Tables and tokens 6, z_proj 1, decoder_embed 1 and four matrices in each of four blocks.
            assertThat(decayed).hasSize(6 + 1 + 1 + 4 * 4).allMatch(parameter -> parameter.dim() > 1);
            assertThat(free).hasSize(108 - 24);
            assertThat(decayed.getFirst().isSame(mar.namedParameters().get("fake_latent"))).isTrue();
            assertThat(free.getLast().isSame(mar.parameters().getLast())).isTrue();
        }
    }

    /** How many tensors there are depends on the depths alone. */
    @Test
    void officialGeneratorsHaveTheOfficialNumberOfTensors() {
        assertThat(tensors(MarConfig.base(PAPER))).isEqualTo(460);
        assertThat(tensors(MarConfig.large(PAPER))).isEqualTo(604);
        assertThat(tensors(MarConfig.huge(PAPER))).isEqualTo(764);
        assertThat(tensors(diffusion(MarConfig.base(GRID)))).isEqualTo(364);
        assertThat(tensors(diffusion(MarConfig.large(GRID)))).isEqualTo(476);
        assertThat(tensors(diffusion(MarConfig.huge(GRID)))).isEqualTo(604);
    }

    private static int tensors(MarConfig config) {
        try (Mar mar = new Mar(narrow(config, config.heads()), null)) {
            return mar.stateDict().size();
        }
    }

    /** The same depths with a transformer of that width and a head as wide as its tokens. */
    private static MarConfig narrow(MarConfig config, long width) {
        MarConfig.Head head = switch (config.head()) {
            case MarConfig.Head.Flow flow -> new MarConfig.Head.Flow(flow.depth(), 2, 1);
            case MarConfig.Head.Diffusion diffusion -> new MarConfig.Head.Diffusion(diffusion.depth(), 2, 1);
        };
        return new MarConfig(config.layout(), width, config.encoderDepth(), config.decoderDepth(), config.heads(),
                config.mlpRatio(), config.classes(), config.bufferSize(), config.qkNorm(), 0, 0, 0, 0.7, head);
    }

    /** Spec C.4. Numbers of values are polynomials of degree two in the width, which three narrow generators tell. */
    @Test
    void partMarBAsTheOfficialCodeDoes() {
        long[] free = new long[3];
        long[] decayed = new long[3];
        for (int i = 0; i < 3; i++) {
            try (Mar mar = new Mar(narrow(MarConfig.base(PAPER), 12L * (i + 1)), null)) {
                assertThat(mar.parameterGroups(1, 0.02).get(0).parameters()).hasSize(356);
                assertThat(mar.parameterGroups(1, 0.02).get(1).parameters()).hasSize(104);
                free[i] = values(mar, 0) - mar.head().parameterCount();
                decayed[i] = values(mar, 1);
            }
        }
        long head = MarConfig.base(PAPER).headNetwork().parameterCount();
        assertThat(extrapolated(free, 768 / 12) + head).isEqualTo(36_018_208);
        assertThat(extrapolated(decayed, 768 / 12)).isEqualTo(171_499_008);
    }

    private static long values(Mar mar, int group) {
        return mar.parameterGroups(1, 0.02).get(group).parameters().stream().mapToLong(Tensor::numel).sum();
    }

    /** Of a polynomial of degree two with these values at 1, 2 and 3 its value at n, after Newton. */
    private static long extrapolated(long[] values, long n) {
        long first = values[1] - values[0];
        long second = values[2] - values[1] - first;
        return values[0] + (n - 1) * first + (n - 1) * (n - 2) / 2 * second;
    }
}
