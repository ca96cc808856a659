package org.flowprior.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The network against the golden vectors of the spec's Appendix A. */
class VelocityNetworkGoldenTest {

    /** {@code first} has the first components of each of the five rows, computed in double precision. */
    record Golden(String name, VelocityNetwork.Config config, double[][] first, double sum, double absoluteSum) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Golden> goldens() {
        return Stream.of(
                new Golden("tiny", new VelocityNetwork.Config(2, 0, 2, 16), new double[][] {
                    {.7786711, -.0712128376}, {.651467683, .0712330795}, {-.0871891314, -.0412187797},
                    {.202478212, -.281229519}, {.656607145, .198723668}}, 2.07833061863, 3.04003115482),
                new Golden("toy", VelocityNetwork.Config.TOY, new double[][] {
                    {.138291558, -1.22190828}, {.115038712, -1.32811228}, {.109796896, -.913192327},
                    {-.477520796, 1.15381166}, {.0616955678, -1.32133994}}, -3.68343921984, 6.84070801216),
                new Golden("prior", VelocityNetwork.Config.PRIOR, new double[][] {
                    {.392413013, 1.71679468, .332103597, -.172004118},
                    {-.656823168, .517534013, -.0120489679, -.188148667},
                    {.672410798, -.179826717, .445003453, -.866874731},
                    {-.586644322, .383451266, -1.30660613, 1.2648507},
                    {1.16600503, -1.76994554, 1.55000207, -1.41472764}}, -1.22998064364, 124.298372997),
                new Golden("cond", new VelocityNetwork.Config(8, 16, 2, 32), new double[][] {
                    {1.32728089, -1.50707858, 1.30726589, -.354599993},
                    {.275431237, -.947816188, .629202677, -.195528978},
                    {-.796219969, -.162135092, -1.45215268, -.639404423},
                    {-.960497754, .200379183, 5.20348126, 1.57180591},
                    {-1.71255847, 2.07757078, .910222074, -.519019021}}, .681176348509, 47.7789321842));
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void float64AgreesToAllDigitsGiven(Golden golden) {
        check(golden, DType.FLOAT64, 5.1e-9, 5.1e-10);
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void float32Agrees(Golden golden) {
        check(golden, DType.FLOAT32, 5e-6, 1e-4);
    }

    private static void check(Golden golden, DType dtype, double tolerance, double sumTolerance) {
        VelocityNetwork.Config config = golden.config();
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad();
                VelocityNetwork network = HashFill.network(config, dtype)) {
            int d = (int) config.targetChannels();
            int z = (int) config.conditionChannels();
            Tensor v = network.forward(HashFill.input(HashFill.X, 5, d, dtype),
                    Tensor.of(new double[] {0, .25, .5, .75, 1}).to(dtype),
                    z == 0 ? null : HashFill.input(HashFill.CONDITION, 5, z, dtype));
            assertThat(v.dtype()).isEqualTo(dtype);
            double[] actual = v.toDoubleArray();
            for (int row = 0; row < 5; row++) {
                double[] expected = golden.first()[row];
                for (int i = 0; i < expected.length; i++) {
                    assertThat(actual[row * d + i]).isCloseTo(expected[i], within(tolerance));
                }
            }
            assertThat(v.sum().item()).isCloseTo(golden.sum(), within(sumTolerance));
            assertThat(v.abs().sum().item()).isCloseTo(golden.absoluteSum(), within(sumTolerance));
        }
    }

    @Test
    void theFillIsThatOfTheSpec() {
        assertThat(List.of(HashFill.hash(0, 0), HashFill.hash(1, 0), HashFill.hash(0, 1), HashFill.hash(12345, 57)))
                .containsExactly(1364076727L, 821347078L, 2527132011L, 266407674L);
        try (Scope scope = Scope.open();
                VelocityNetwork network = new VelocityNetwork(new VelocityNetwork.Config(2, 0, 2, 16))) {
            Map<String, Tensor> weights = HashFill.weights(network);
            assertThat(weights.get("time_embed.mlp.0.weight").toFloatArray())
                    .startsWith(-.039491005f, -.066849634f, .0050238343f);
            assertThat(weights.get("time_embed.mlp.0.bias").toFloatArray()).startsWith(.017678754f);
            assertThat(weights.get("time_embed.mlp.2.weight").toFloatArray()).startsWith(-.36962917f);
            assertThat(weights.get("res_blocks.0.in_ln.weight").toFloatArray()).startsWith(1.0604661f, 1.043198f);
            assertThat(weights.get("final_layer.linear.weight").toFloatArray()).startsWith(.069927081f, -.094465487f);
            assertThat(HashFill.input(HashFill.X, 5, 2, DType.FLOAT32).toFloatArray())
                    .startsWith(.35124943f, -.775601f);
        }
    }

    @Test
    void timeFeaturesAreCosinesThenSines() {
        try (Scope scope = Scope.open()) {
            Tensor features = TimeEmbedding.features(Tensor.of(new float[] {.5f}, 1), DType.FLOAT32);
            assertThat(features.shape()).containsExactly(1, 256);
            float[] values = features.toFloatArray();
            double[] cosines = {.8776, .8937, .9077, .9199};
            double[] sines = {.4794, .4487, .4196, .3921};
            for (int i = 0; i < 4; i++) {
                assertThat((double) values[i]).isCloseTo(cosines[i], within(5e-5));
                assertThat((double) values[128 + i]).isCloseTo(sines[i], within(5e-5));
            }
        }
    }
}
