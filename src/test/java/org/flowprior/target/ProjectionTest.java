package org.flowprior.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InScope
class ProjectionTest {

    private static final JsonObject ORACLE = Resources.json("target/projections.json");

    private static Tensor normal(long seed, long... shape) {
        try (Generator generator = Generator.seeded(seed)) {
            return Torch.randn(shape, generator);
        }
    }

    @Test
    void theOfficialMatrixIsPyTorchsBitForBit() throws Exception {
        for (var entry : ORACLE.getAsJsonObject("random").entrySet()) {
            String[] sizes = entry.getKey().split("x");
            try (RandomProjection projection = RandomProjection.official(Integer.parseInt(sizes[0]),
                    Integer.parseInt(sizes[1]))) {
                MemorySegment bytes = projection.weight().segment();
                String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(bytes.toArray(ValueLayout.JAVA_BYTE)));
                assertThat(hash).as(entry.getKey()).isEqualTo(entry.getValue().getAsString());
                assertThat(projection.seed()).isEqualTo(42);
            }
        }
    }

    /** The spec's values, section 5. */
    @Test
    void theOfficialMatrixHasThePublishedNumbers() {
        try (RandomProjection projection = RandomProjection.official(896, 32)) {
            assertThat(projection.weight().get(0L).narrow(0, 0, 6).toDoubleArray()).containsExactly(
                    new double[] {.06437372, .04968667, .03009085, -.07034051, .02266437, -.04124325}, within(5e-9));
            assertThat(projection.weight().get(31L, 895L).item()).isCloseTo(.01766390, within(5e-9));
            assertThat(projection.weight().to(DType.FLOAT64).square().sum().item()).isCloseTo(32.2612769, within(1e-6));
        }
    }

    @Test
    void aRandomProjectionLeavesTheDefaultGeneratorAlone() {
        Libtorch.manualSeed(5);
        float[] expected = Torch.randn(4).toFloatArray();
        Libtorch.manualSeed(5);
        RandomProjection.official(20, 3).close();
        assertThat(Torch.randn(4).toFloatArray()).isEqualTo(expected);
    }

    @Test
    void aRandomProjectionIsAMatrixProduct() {
        Tensor x = normal(1, 6, 12);
        try (RandomProjection projection = RandomProjection.seeded(12, 4, 8);
                Projection half = projection.withScale(.5)) {
            Tensor expected = x.matmul(projection.weight().t());
            assertThat(projection.apply(x).sub(expected).abs().max().item()).isLessThan(1e-6);
            assertThat(half.apply(x).sub(expected.mul(.5)).abs().max().item()).isLessThan(1e-6);
            assertThat(projection.seed()).isEqualTo(8);
        }
    }

    @Test
    void averagePoolingTakesContiguousGroups() {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, -1, 0, 1, 10, 20, 30}, 2, 6);
        assertThat(new AveragePooling(6, 2).apply(x).toFloatArray()).containsExactly(2, 5, 0, 20);
        assertThat(new AveragePooling(6, 3, 2).apply(x).toFloatArray()).containsExactly(3, 7, 11, -1, 11, 50);
        assertThatThrownBy(() -> new AveragePooling(768, 100)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("768 is not a multiple of 100");
    }

    @Test
    void theIdentityOnlyScales() {
        Tensor x = normal(1, 3, 4);
        assertThat(new IdentityProjection(4).apply(x).toFloatArray()).isEqualTo(x.toFloatArray());
        assertThat(new IdentityProjection(4, 3).apply(x).toFloatArray()).isEqualTo(x.mul(3).toFloatArray());
    }

    @Test
    void autocastAndShortTypesDoNotTouchTheProduct() {
        Tensor x = normal(1, 6, 12);
        try (RandomProjection projection = RandomProjection.official(12, 4)) {
            float[] expected = projection.apply(x).toFloatArray();
            try (Autocast autocast = Autocast.on(Device.Type.CPU, DType.BFLOAT16)) {
                Tensor y = projection.apply(x);
                assertThat(y.dtype()).isEqualTo(DType.FLOAT32);
                assertThat(y.toFloatArray()).isEqualTo(expected);
            }
            Tensor shortened = x.to(DType.BFLOAT16);
            assertThat(projection.apply(shortened).toFloatArray())
                    .isEqualTo(projection.apply(shortened.to(DType.FLOAT32)).toFloatArray());
        }
    }

    @Test
    void onlyTheFeaturesGetAGradient() {
        try (RandomProjection projection = RandomProjection.official(5, 2)) {
            assertThat(projection.apply(normal(1, 3, 5)).requiresGrad()).isFalse();
            Tensor x = normal(1, 3, 5).requiresGrad_(true);
            projection.apply(x).sum().backward();
            assertThat(x.grad().get(0L).sub(projection.weight().sum(0)).abs().max().item()).isLessThan(1e-6);
        }
    }

    @Test
    void otherRowsAreRefused() {
        try (RandomProjection projection = RandomProjection.official(5, 2)) {
            assertThatThrownBy(() -> projection.apply(Torch.zeros(3, 4))).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[N, 5]").hasMessageContaining("[3, 4]");
            assertThatThrownBy(() -> projection.apply(Torch.zeros(5))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> projection.withScale(0)).hasMessageContaining("scale");
        }
        assertThatThrownBy(() -> RandomProjection.seeded(0, 2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new IdentityProjection(3, Double.NaN)).hasMessageContaining("scale");
    }

    private static Projection scaled(Projection projection, double scale) {
        try (projection) {
            return projection.withScale(scale);
        }
    }

    @Test
    void everyKindComesBackFromAFile(@TempDir Path folder) {
        List<Projection> kinds = List.of(new IdentityProjection(6, 2), new AveragePooling(6, 3, .5),
                scaled(RandomProjection.seeded(6, 4, 77), 3),
                scaled(PrincipalComponents.fit(RowSource.of(normal(4, 40, 6)), 2), 1 / 3.0));
        Tensor x = normal(1, 5, 6);
        for (Projection projection : kinds) {
            Path file = folder.resolve(projection.getClass().getSimpleName());
            Map<String, Tensor> tensors = new HashMap<>(projection.tensors());
            assertThat(tensors.keySet()).allMatch(key -> key.startsWith("projection."));
            assertThat(projection.metadata().keySet()).allMatch(key -> key.startsWith("projection."));
            tensors.put("net.weight", Torch.zeros(2));
            Safetensors.write(file, tensors, projection.metadata());
            try (Projection again = Projection.of(Safetensors.read(file), Safetensors.header(file).metadata())) {
                assertThat(again).hasSameClassAs(projection);
                assertThat(again.metadata()).isEqualTo(projection.metadata());
                assertThat(again.apply(x).toFloatArray()).isEqualTo(projection.apply(x).toFloatArray());
                assertThat(again.tensors().keySet()).isEqualTo(projection.tensors().keySet());
            }
            projection.close();
        }
    }

    @Test
    void whatDoesNotFitTogetherIsRefused() {
        try (RandomProjection projection = RandomProjection.official(5, 2)) {
            Map<String, String> metadata = projection.metadata();
            assertThatThrownBy(() -> Projection.of(Map.of(), metadata)).hasMessageContaining("projection.weight");
            assertThatThrownBy(() -> Projection.of(Map.of("projection.weight", Torch.zeros(5, 2)), metadata))
                    .hasMessageContaining("float32[2, 5]");
            metadata.keySet().forEach(key -> {
                Map<String, String> less = new HashMap<>(metadata);
                less.remove(key);
                assertThatThrownBy(() -> Projection.of(projection.tensors(), less)).hasMessageContaining(key);
                less.put(key, "x");
                assertThatThrownBy(() -> Projection.of(projection.tensors(), less)).hasMessageContaining("x");
            });
        }
    }
}
