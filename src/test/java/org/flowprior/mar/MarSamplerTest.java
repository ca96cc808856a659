package org.flowprior.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@InScope
class MarSamplerTest {

    private static final HeadSampling FIVE = new HeadSampling(HeadSampling.Solver.OFFICIAL, 5, 1);

    private Mar mar;

    @BeforeEach
    void open() {
        mar = TinyMar.create();
    }

    @AfterEach
    void close() {
        mar.close();
    }

    private static MarSampler.Options options(int iterations, double scale, Guidance.Schedule schedule) {
        return new MarSampler.Options(iterations, new Guidance(scale, schedule), FIVE);
    }

    /** The golden noise, by the number of the request; its positions are checked to ascend. */
    private static SamplingNoise requests() {
        int[] request = {0};
        return (positions, draw) -> {
            assertThat(draw).isZero();
            assertThat(positions.sort(1, false).values().equal(positions)).isTrue();
            return SamplingInputs.noise(request[0]++, positions.numel());
        };
    }

    private void compare(MarSampler.Options options, String golden) {
        try (MarSampler saving = new MarSampler(mar, options); MarSampler plain = MarSampler.plain(mar, options)) {
            for (MarSampler sampler : new MarSampler[] {saving, plain}) {
                Tensor tokens = sampler.sample(TinyMar.labels(), SamplingInputs.orders(), requests());
                assertThat(tokens.shape()).containsExactly(2, 6, 4);
                TinyMar.assertClose(golden, tokens, TinyMar.golden(golden), 1e-5);
            }
        }
    }

    @Test
    void fourIterationsOfTheGoldenValues() {
        compare(options(4, 1, Guidance.Schedule.LINEAR), "sample_iter4_nocfg");
        compare(options(4, 3, Guidance.Schedule.LINEAR), "sample_iter4_cfg3_linear");
    }

    @Test
    void sixIterationsOfTheGoldenValues() {
        compare(options(6, 3, Guidance.Schedule.CONSTANT), "sample_iter6_cfg3_constant");
    }

    @Test
    void noiseOfEachTokenComesToTheSame() {
        try (MarSampler sampler = new MarSampler(mar, options(4, 3, Guidance.Schedule.LINEAR))) {
            Tensor tokens = sampler.sample(TinyMar.labels(),
                    SamplingInputs.orders(), SamplingNoise.given(SamplingInputs.noiseOfTokens(4)));
            TinyMar.assertClose("tokens", tokens, TinyMar.golden("sample_iter4_cfg3_linear"), 1e-5);
        }
    }

    /** Larger, on a grid, in many iterations: what the saving version leaves out must not show. */
    @Test
    void theSavingVersionGivesThePlainOnesTokens() {
        for (MarConfig.Head head : new MarConfig.Head[] {new MarConfig.Head.Flow(3, 24, 1),
            new MarConfig.Head.Diffusion(2, 16, 1)}) {
            MarConfig config = new MarConfig(new LatentLayout.Grid(3, 8, 8, 2), 32, 2, 3, 4, 2, 7, 4, true, 0, 0, 0,
                    0.7, head);
            try (Mar larger = TinyMar.create(config); Generator generator = Generator.seeded(2)) {
                Tensor orders = MarSampler.orders(4, 16, generator);
                Tensor noise = Torch.randn(new long[] {20, 4, 16, 12}, generator);
                for (double scale : new double[] {1, 2}) {
                    MarSampler.Options options = new MarSampler.Options(9,
                            new Guidance(scale, Guidance.Schedule.LINEAR),
                            new HeadSampling(HeadSampling.Solver.OFFICIAL, 20, 0.7));
                    // Two of a class: they share what the first iteration begins with.
                    compareWithPlain(larger, options, Tensor.of(new long[] {6, 0, 3, 0}), orders, noise);
                }
            }
        }
    }

    private static void compareWithPlain(Mar mar, MarSampler.Options options, Tensor labels, Tensor orders,
            Tensor noise) {
        try (MarSampler saving = new MarSampler(mar, options); MarSampler plain = MarSampler.plain(mar, options)) {
            Tensor expected = plain.sample(labels, orders, SamplingNoise.given(noise));
            Tensor tokens = saving.sample(labels, orders, SamplingNoise.given(noise));
            assertThat(expected.abs().max().item()).isGreaterThan(0.1);
            TinyMar.assertClose(options + " " + mar.config().head(), tokens, expected, 1e-5);
        }
    }

    @Test
    void aSeedFixesTheTokensAndTheModeStays() {
        mar.train();
        try (MarSampler sampler = new MarSampler(mar, options(6, 2, Guidance.Schedule.CONSTANT));
                Generator first = Generator.seeded(4); Generator second = Generator.seeded(4)) {
            Tensor tokens = sampler.sample(TinyMar.labels(), first);
            assertThat(sampler.sample(TinyMar.labels(), second).equal(tokens)).isTrue();
            assertThat(sampler.sample(TinyMar.labels(), second).equal(tokens)).isFalse();
            assertThat(tokens.requiresGrad()).isFalse();
        }
        assertThat(mar.isTraining()).isTrue();
    }

    @Test
    void drawnOrdersArePermutations() {
        try (Generator generator = Generator.seeded(0)) {
            Tensor orders = MarSampler.orders(50, 9, generator);
            assertThat(orders.sort(1, false).values().equal(Torch.arange(9).expand(50, 9))).isTrue();
            assertThat(orders.select(1, 0).eq(0).all().item()).isZero();
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> new MarSampler(mar, options(7, 1, Guidance.Schedule.LINEAR)))
                .hasMessageContaining("6 tokens are sampled in 1 to 6 iterations, not in 7");
        try (MarSampler sampler = new MarSampler(mar, options(6, 1, Guidance.Schedule.LINEAR))) {
            Tensor twice = Tensor.of(new long[] {0, 1, 2, 3, 4, 4, 0, 1, 2, 3, 4, 5}, 2, 6);
            assertThatThrownBy(() -> sampler.sample(TinyMar.labels(), twice, requests()))
                    .hasMessage("each row of orders must be a permutation of 0 to 5");
            assertThatThrownBy(() -> sampler.sample(TinyMar.labels(), Torch.arange(6).view(1, 6), requests()))
                    .hasMessage("orders must be [2, 6], not [1, 6]");
            assertThatThrownBy(() -> sampler.sample(TinyMar.labels(), SamplingInputs.orders(),
                    SamplingNoise.given(Torch.zeros(6, 4)))).hasMessageContaining("noise must be [B, L, C]");
        }
    }

    @Test
    void nothingIsLeftBehind() {
        Tensor labels = TinyMar.labels();
        long before = Memory.liveTensors();
        for (int repetition = 0; repetition < 2; repetition++) {
            try (MarSampler sampler = new MarSampler(mar, options(4, 3, Guidance.Schedule.LINEAR));
                    Generator generator = Generator.seeded(4)) {
                sampler.sample(labels, generator).close();
            }
            assertThat(Memory.liveTensors()).isEqualTo(before);
        }
    }
}
