package org.flowprior.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.reflect.TypeToken;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flowprior.fixtures.InceptionFill;
import org.flowprior.fixtures.Recorded;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.ClosedException;
import org.flowprior.torch.DType;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.Module;
import org.flowprior.vision.Inception.Output;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The specification's golden values: all of its inception-hash.json, and the table J.3. */
@InScope
class InceptionTest {

    private static final Map<String, double[]> GOLDEN = Resources.json("vision/inception.json",
            new TypeToken<Map<String, double[]>>() {});
    private static final Set<Output> ALL = EnumSet.allOf(Output.class);

    private static Inception network;

    @BeforeAll
    static void fill() {
        try (Scope scope = Scope.open()) {
            network = InceptionFill.network();
        }
    }

    @AfterAll
    static void close() {
        network.close();
    }

    private static void assertGolden(Map<Output, Tensor> outputs, double tolerance) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        named.put("pooled64", outputs.get(Output.POOLED64));
        named.put("pooled192", outputs.get(Output.POOLED192));
        named.put("pooled768", outputs.get(Output.POOLED768));
        named.put("pooled2048", outputs.get(Output.POOLED2048));
        named.put("spatial", outputs.get(Output.SPATIAL));
        named.put("logitsUnbiased", outputs.get(Output.LOGITS_UNBIASED));
        named.put("logits", outputs.get(Output.LOGITS));
        assertThat(named.keySet()).containsExactlyInAnyOrderElementsOf(GOLDEN.keySet());
        named.forEach((name, output) -> {
            assertThat(output.shape()).as(name).containsExactly(2, GOLDEN.get(name).length / 2);
            Recorded.assertClose(name, output.toDoubleArray(), GOLDEN.get(name), tolerance);
        });
    }

    @Test
    void allOutputsAreTheGoldenOnes() {
        assertGolden(network.forward(InceptionFill.images(), ALL), 1e-5);
    }

    @Test
    void meansBehindTheBlocksAreThoseOfTheTable() {
        Map<String, Double> means = new LinkedHashMap<>();
        means.put("Mixed_5b", 0.4187301);
        means.put("Mixed_5d", 0.4701116);
        means.put("Mixed_6a", 0.5900437);
        means.put("Mixed_6b", 0.5744421);
        means.put("Mixed_6e", 0.6916546);
        means.put("Mixed_7a", 0.9194867);
        means.put("Mixed_7b", 0.8727826);
        means.put("Mixed_7c", 0.89564);
        Map<String, Module> modules = network.namedModules();
        Tensor x = TensorFlowResize.bilinear(InceptionFill.images(), 299, 299).sub(128).div(128);
        for (String name : List.of("Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "pool", "Conv2d_3b_1x1",
                "Conv2d_4a_3x3", "pool", "Mixed_5b", "Mixed_5c", "Mixed_5d", "Mixed_6a", "Mixed_6b", "Mixed_6c",
                "Mixed_6d", "Mixed_6e", "Mixed_7a", "Mixed_7b", "Mixed_7c")) {
            x = name.equals("pool") ? Functional.maxPool2d(x, 3, 2) : ((Layer) modules.get(name)).forward(x);
            if (means.containsKey(name)) {
                assertThat(x.mean().item()).as(name).isCloseTo(means.get(name), within(1e-5));
            }
        }
        assertThat(x.shape()).containsExactly(2, 2048, 8, 8);
    }

    @Test
    void ninetyFourUnitsHaveTheOfficialNumberOfValues() {
        Map<String, Tensor> state = network.stateDict();
        assertThat(state).hasSize(472);
        assertThat(state.values().stream().mapToLong(Tensor::numel).sum()).isEqualTo(23_885_392);
        assertThat(network.parameterCount()).isEqualTo(23_850_960);
        assertThat(network.namedModules().values().stream().filter(InceptionUnit.class::isInstance)).hasSize(94);
        assertThat(network.parameters()).noneMatch(Tensor::requiresGrad);
    }

    @Test
    void bytesAndNumbersGiveTheSame() {
        Set<Output> first = Set.of(Output.POOLED64);
        Tensor images = InceptionFill.images();
        Tensor ofBytes = network.forward(images, first).get(Output.POOLED64);
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            Tensor ofNumbers = network.forward(images.to(dtype), first).get(Output.POOLED64);
            assertThat(ofNumbers.dtype()).isEqualTo(DType.FLOAT32);
            assertThat(ofNumbers.equal(ofBytes)).isTrue();
        }
    }

    @Test
    void whatNobodyWantsIsNotComputed() {
        try (Inception open = new Inception()) {
            Tensor images = Torch.rand(1, 3, 20, 30).mul(255);
            Tensor whole = open.forward(images, EnumSet.of(Output.SPATIAL, Output.POOLED768)).get(Output.SPATIAL);
            Map<String, Module> modules = open.namedModules();
            modules.get("Mixed_6d.branch7x7_1").close();
            Map<Output, Tensor> spatial = open.forward(images, Set.of(Output.SPATIAL));
            assertThat(spatial.get(Output.SPATIAL).sub(whole).abs().max().item()).isLessThan(1e-5);
            assertThat(spatial.get(Output.POOLED64)).isNull();
            assertThat(spatial.get(Output.POOLED2048)).isNull();
            assertThatThrownBy(() -> open.forward(images, Set.of(Output.LOGITS))).isInstanceOf(ClosedException.class);
            modules.get("Conv2d_3b_1x1").close();
            assertThat(open.forward(images, Set.of(Output.POOLED64)).get(Output.POOLED64).shape()).containsExactly(1,
                    64);
            modules.get("Conv2d_1a_3x3").close();
            assertThat(open.forward(images, Set.of())).isEqualTo(Map.of());
        }
    }

    @Test
    void onlyWhatIsWantedOutlivesTheForward() {
        try (Scope scope = Scope.open()) {
            Tensor images = InceptionFill.images().narrow(0, 0, 1);
            long before = Memory.liveTensors();
            Map<Output, Tensor> outputs = network.forward(images, Set.of(Output.LOGITS, Output.SPATIAL));
            assertThat(Memory.liveTensors()).isEqualTo(before + 2);
            assertThat(outputs.get(Output.POOLED2048)).isNull();
            assertThat(outputs.get(Output.LOGITS_UNBIASED)).isNull();
            Recorded.assertClose("logits", outputs.get(Output.LOGITS).flatten().toDoubleArray(),
                    Arrays.copyOf(GOLDEN.get("logits"), 1008), 1e-5);
        }
    }

    @Test
    void inFloat64AGradientReachesTheImages() {
        try (Generator generator = Generator.seeded(3); Inception wide = new Inception(generator)) {
            wide.to(DType.FLOAT64);
            Tensor images = Torch.rand(new long[] {1, 3, 6, 8}, generator, DType.FLOAT64).mul_(255).requiresGrad_(true);
            Tensor way = Torch.randn(new long[] {1, 3, 6, 8}, generator, DType.FLOAT64);
            Set<Output> first = Set.of(Output.POOLED192);
            wide.forward(images, first).get(Output.POOLED192).square().sum().backward();
            double slope = images.grad().mul(way).sum().item();
            double[] ends = new double[2];
            for (int side = 0; side < 2; side++) {
                Tensor moved = images.detach().add(way.mul(side == 0 ? -1e-4 : 1e-4));
                ends[side] = wide.forward(moved, first).get(Output.POOLED192).square().sum().item();
            }
            assertThat(slope).isNotZero().isCloseTo((ends[1] - ends[0]) / 2e-4, within(Math.abs(slope) * 1e-4));
        }
    }

    @Test
    void drawnWeightsFollowTheGeneratorAndKeepTheSize() {
        try (Generator one = Generator.seeded(7); Generator two = Generator.seeded(7);
                Inception network = new Inception(one); Inception same = new Inception(two)) {
            assertThat(network.stateDict().get("fc.weight").equal(same.stateDict().get("fc.weight"))).isTrue();
            Tensor features = network.forward(InceptionFill.images(), Set.of(Output.POOLED2048)).get(Output.POOLED2048);
            assertThat(features.mean().item()).isBetween(0.05, 20.0);
            assertThat(features.get(0).sub(features.get(1)).abs().max().item()).isGreaterThan(0.01);
        }
    }

    @Test
    void otherThanImagesIsRefused() {
        for (Tensor wrong : List.of(Torch.zeros(3, 20, 20), Torch.zeros(1, 1, 20, 20), Torch.zeros(0, 3, 20, 20),
                Torch.zeros(new long[] {1, 3, 20, 20}, DType.INT32))) {
            assertThatThrownBy(() -> network.forward(wrong, ALL)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Inception: images must be [B, 3, H, W]").hasMessageContaining("not ");
        }
    }
}
