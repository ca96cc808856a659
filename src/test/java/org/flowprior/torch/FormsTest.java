package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.flowprior.fixtures.Recorded;
import org.flowprior.fixtures.Resources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** PyTorch's Python forms and the short forms; the values of {@link Functional} are from tools/oracle/forms.py. */
@InScope
class FormsTest {

    private static final JsonObject ORACLE = Resources.json("torch/forms.json");

    private interface Form {
        Tensor value(Tensor image, Tensor logits, Tensor classes);
    }

    private static final Map<String, Form> FORMS = new LinkedHashMap<>();

    static {
        FORMS.put("relu", (x, logits, c) -> Functional.relu(logits));
        FORMS.put("softmax", (x, logits, c) -> Functional.softmax(logits, 1));
        FORMS.put("logSoftmax", (x, logits, c) -> Functional.logSoftmax(logits, 0));
        FORMS.put("sigmoid", (x, logits, c) -> Functional.sigmoid(logits));
        FORMS.put("tanh", (x, logits, c) -> Functional.tanh(logits));
        FORMS.put("logsigmoid", (x, logits, c) -> Functional.logsigmoid(logits));
        FORMS.put("softmin", (x, logits, c) -> Functional.softmin(logits, 1));
        FORMS.put("softsign", (x, logits, c) -> Functional.softsign(logits));
        FORMS.put("tanhshrink", (x, logits, c) -> Functional.tanhshrink(logits));
        FORMS.put("crossEntropy", (x, logits, c) -> Functional.crossEntropy(logits, c));
        FORMS.put("crossEntropySum", (x, logits, c) -> Functional.crossEntropy(logits, c, Reduction.SUM));
        FORMS.put("crossEntropyAll", (x, logits, c) -> Functional.crossEntropy(logits, c,
                Tensor.of(1.0, 2.0, 3.0, 4.0, 5.0), 4, Reduction.MEAN, 0.1));
        FORMS.put("oneHot", (x, logits, c) -> Functional.oneHot(c));
        FORMS.put("oneHot7", (x, logits, c) -> Functional.oneHot(c, 7));
        FORMS.put("normalize", (x, logits, c) -> Functional.normalize(logits));
        FORMS.put("normalize3", (x, logits, c) -> Functional.normalize(x, 3, 2, 1.5));
        FORMS.put("nearest1", (x, logits, c) -> Functional.interpolate(ramp(2, 3, 7), new long[] {4}));
        FORMS.put("nearest2", (x, logits, c) -> Functional.interpolate(x, new long[] {4}));
        FORMS.put("nearest3", (x, logits, c) -> Functional.interpolate(ramp(1, 2, 3, 4, 3), new long[] {2, 5, 4}));
        FORMS.put("nearestExact", (x, logits, c) -> Functional.interpolate(x, new long[] {4, 9}, "nearest-exact"));
        FORMS.put("linear", (x, logits, c) -> Functional.interpolate(ramp(2, 3, 7), new long[] {10}, "linear"));
        FORMS.put("bilinear", (x, logits, c) -> Functional.interpolate(x, new long[] {8, 3}, "bilinear"));
        FORMS.put("bilinearCorners",
                (x, logits, c) -> Functional.interpolate(x, new long[] {8, 3}, "bilinear", true));
        FORMS.put("bilinearFactor", (x, logits, c) -> Functional.interpolate(x, new double[] {1.7}, "bilinear"));
        FORMS.put("bilinearFactors",
                (x, logits, c) -> Functional.interpolate(x, new double[] {0.5, 2}, "bilinear", true));
        FORMS.put("bicubic", (x, logits, c) -> Functional.interpolate(x, new long[] {8, 3}, "bicubic"));
        FORMS.put("trilinear",
                (x, logits, c) -> Functional.interpolate(ramp(1, 2, 3, 4, 3), new long[] {2, 5, 4}, "trilinear"));
        FORMS.put("bilinearAntialias",
                (x, logits, c) -> Functional.interpolate(x, new long[] {3}, null, "bilinear", false, true));
        FORMS.put("bicubicAntialias",
                (x, logits, c) -> Functional.interpolate(x, new long[] {3}, null, "bicubic", false, true));
        FORMS.put("area", (x, logits, c) -> Functional.interpolate(x, new long[] {3, 2}, "area"));
        FORMS.put("areaFactor", (x, logits, c) -> Functional.interpolate(x, new double[] {0.5}, "area"));
        FORMS.put("affineGrid", (x, logits, c) -> grid());
        FORMS.put("affineGridCorners",
                (x, logits, c) -> Functional.affineGrid(ramp(2, 2, 3), new long[] {2, 3, 4, 4}, true));
        FORMS.put("gridSample", (x, logits, c) -> Functional.gridSample(x, grid()));
        FORMS.put("gridSampleOther", (x, logits, c) -> Functional.gridSample(x, grid(), "nearest", "border", true));
        FORMS.put("gridSampleReflection",
                (x, logits, c) -> Functional.gridSample(x, grid(), "bicubic", "reflection", false));
        FORMS.put("unfold", (x, logits, c) -> Functional.unfold(x, 2));
        FORMS.put("unfoldAll", (x, logits, c) -> Functional.unfold(x, new long[] {3, 2}, new long[] {1, 1},
                new long[] {1, 0}, new long[] {2, 2}));
        FORMS.put("fold", (x, logits, c) -> Functional.fold(Functional.unfold(x, 2), new long[] {6, 5}, 2));
        FORMS.put("foldAll", (x, logits, c) -> Functional.fold(Functional.unfold(x, 3, 1, 1, 2), new long[] {6, 5},
                3, 1, 1, 2));
        FORMS.put("pixelShuffle", (x, logits, c) -> Functional.pixelShuffle(ramp(1, 8, 2, 3), 2));
    }

    private static Tensor ramp(long... shape) {
        long count = 1;
        for (long size : shape) {
            count *= size;
        }
        return Torch.sin(Torch.arange(count, DType.FLOAT64).square().mul(0.3)).view(shape);
    }

    private static Tensor grid() {
        return Functional.affineGrid(ramp(2, 2, 3), 2, 3, 4, 4);
    }

    static Set<String> names() {
        return ORACLE.keySet();
    }

    @Test
    void everyFormIsRecorded() {
        assertThat(FORMS.keySet()).isEqualTo(names());
    }

    @ParameterizedTest
    @MethodSource("names")
    void givesPyTorchsValues(String name) {
        Tensor value = FORMS.get(name).value(ramp(2, 3, 6, 5), ramp(4, 5), Tensor.of(0, 4, 2, 1));
        Recorded.assertClose(name, value, Recorded.numbers(ORACLE.get(name)), 1e-10);
    }

    @Test
    void wrongModesAreNamed() {
        assertThatThrownBy(() -> Functional.interpolate(ramp(2, 3, 7), new long[] {4}, "bilinear"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'bilinear'")
                .hasMessageContaining("1 spatial");
        assertThatThrownBy(() -> Functional.interpolate(ramp(2, 3, 7), null, null, "linear", false, false))
                .hasMessageContaining("either sizes or scale factors");
        assertThatThrownBy(() -> Functional.gridSample(ramp(2, 3, 6, 5), grid(), "cubic", "zeros", false))
                .hasMessageContaining("mode 'cubic' is not one of bilinear, nearest, bicubic");
    }

    @Test
    void gumbelSoftmaxDrawsClasses() {
        Torch.manualSeed(1);
        Tensor logits = Tensor.of(0.2, 0.5, 0.3).log().expand(20_000, 3).clone().requiresGrad_(true);
        Tensor hard = Functional.gumbelSoftmax(logits, 0.5, true, -1);
        Recorded.assertClose("shares", hard.mean(0), new double[] {0.2, 0.5, 0.3}, 0.03);
        assertThat(Torch.unique(hard.detach().round()).toDoubleArray()).containsExactly(0, 1);
        hard.select(1, 0).sum().backward();
        assertThat(logits.grad().abs().sum().item()).isPositive();
        Recorded.assertClose("sums", Functional.gumbelSoftmax(logits).sum(1).mean(), new double[] {1}, 1e-12);
    }

    @Test
    void randintTakesPyTorchsForms() {
        Torch.manualSeed(0);
        assertThat(Torch.randint(10, 3, 4).shape()).containsExactly(3, 4);
        assertThat(Torch.randint(10, new long[] {5}).max().item()).isLessThan(10);
        Tensor some = Torch.randint(7, 9, new long[] {100});
        assertThat(some.unique().toLongArray()).containsExactly(7, 8);
    }

    @Test
    void functionsAreTheMethods() {
        Tensor x = ramp(3, 4);
        assertThat(Torch.exp(x).equal(x.exp())).isTrue();
        assertThat(Torch.sum(x, 1, true).equal(x.sum(1, true))).isTrue();
        assertThat(Torch.matmul(x, x.T()).equal(x.matmul(x.t()))).isTrue();
        assertThat(Torch.relu(x).equal(Functional.relu(x))).isTrue();
        assertThat(Torch.add(x, 1).equal(x.add(1))).isTrue();
        assertThat(Torch.pow(x, 2).equal(x.square())).isTrue();
        assertThat(Torch.argmax(x, 1).equal(x.argmax(1L))).isTrue();
        assertThat(Torch.max(x).item()).isEqualTo(x.max().item());
        assertThatThrownBy(() -> Torch.exp(null)).isInstanceOf(NullPointerException.class)
                .hasMessageContaining("self");
    }

    @Test
    void tensorsAreJoined() {
        Tensor a = ramp(2, 3);
        Tensor b = ramp(2, 3).neg();
        assertThat(Torch.cat(a, b).shape()).containsExactly(4, 3);
        assertThat(Torch.cat(1, a, b).shape()).containsExactly(2, 6);
        assertThat(Torch.stack(a, b).shape()).containsExactly(2, 2, 3);
        assertThat(Torch.stack(2, a, b).shape()).containsExactly(2, 3, 2);
        Recorded.assertClose("einsum", Torch.einsum("ij,kj->ik", a, b), a.matmul(b.T()), 1e-12);
        assertThat(Torch.meshgrid("xy", ramp(2), ramp(3)).get(0).shape()).containsExactly(3, 2);
        Results.OutputInverseCounts counts = Torch.unique(Tensor.of(3, 1, 3), true, true, true);
        assertThat(counts.output().toLongArray()).containsExactly(1, 3);
        assertThat(counts.inverse().toLongArray()).containsExactly(1, 0, 1);
        assertThat(counts.counts().toLongArray()).containsExactly(1, 2);
    }

    @Test
    void tensorsAreMadeReadAndWrittenShortly() {
        assertThat(Tensor.of(1f, 2f).dtype()).isEqualTo(DType.FLOAT32);
        assertThat(Tensor.of(1.0, 2.0).dtype()).isEqualTo(DType.FLOAT64);
        assertThat(Tensor.of(1, 2).dtype()).isEqualTo(DType.INT64);
        assertThat(Tensor.of(new int[] {1, 2}).dtype()).isEqualTo(DType.INT32);
        assertThat(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).shape()).containsExactly(2, 2);
        Tensor rows = Tensor.of(new float[][] {{1, 2, 3}, {4, 5, 6}});
        assertThat(rows.T().toFloatArray()).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(ramp(2, 3, 4).mT().shape()).containsExactly(2, 4, 3);
        assertThat(rows.get(rows.gt(2)).toFloatArray()).containsExactly(3, 4, 5, 6);
        assertThat(rows.get(0).toFloatArray()).containsExactly(1, 2, 3);
        rows.set(9, 1, 2).set(0, rows.lt(3)).set(7, Index.at(0), Index.from(2));
        assertThat(rows.toFloatArray()).containsExactly(0, 0, 7, 4, 5, 9);
        assertThat(rows.to(Device.CPU).isSame(rows)).isTrue();
        assertThat(rows.cpu().isSame(rows)).isTrue();
        assertThatThrownBy(() -> Tensor.of(new long[][] {{1, 2}, {3}})).isInstanceOf(ShapeException.class)
                .hasMessageContaining("row 1 has 1 numbers");
    }

    @Test
    void dropoutKeepsTheMean() {
        Torch.manualSeed(0);
        Tensor ones = Torch.ones(50_000);
        Recorded.assertClose("mean", Functional.dropout(ones, 0.2).mean(), new double[] {1}, 0.02);
        assertThat(Functional.dropout(ones).unique().toFloatArray()).containsExactly(0, 2);
        assertThat(Functional.dropout2d(Torch.ones(1, 50, 2, 2), 0.5, true).sum(2, 3).unique().toFloatArray())
                .containsExactly(0, 8);
    }

    @Test
    void modesOfTorch() {
        assertThat(Torch.isGradEnabled()).isTrue();
        try (NoGrad noGrad = Torch.noGrad()) {
            assertThat(Torch.isGradEnabled()).isFalse();
            try (EnableGrad enableGrad = Torch.enableGrad()) {
                assertThat(Torch.isGradEnabled()).isTrue();
            }
        }
        try (InferenceMode mode = Torch.inferenceMode()) {
            assertThat(Torch.ones(1).isInference()).isTrue();
        }
        int before = Torch.getNumThreads();
        Torch.setNumThreads(1);
        assertThat(Torch.getNumThreads()).isEqualTo(1);
        Torch.setNumThreads(before);
    }

    @Test
    void backwardTakesAGradient() {
        Tensor x = ramp(3).requiresGrad_(true);
        x.square().backward(Tensor.of(1.0, 0.0, 2.0));
        Recorded.assertClose("gradient", x.grad(), x.mul(2).mul(Tensor.of(1.0, 0.0, 2.0)), 1e-12);
    }
}
