package org.flowprior.mar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
}
