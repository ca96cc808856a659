package org.flowprior.torch.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

@InScope
class CollateTest {

    private record Pair(Tensor image, Tensor label) {}

    private record Example(float[] pixels, int label, String name) {}

    private record Batch(Tensor pixels, Tensor label, List<String> names) {}

    private record Nested(Pair pair, Map<String, Tensor> more) {}

    private static <T, B> B batch(List<T> items) {
        return Collate.<T, B>byDefault().batch(items);
    }

    private static void assertIs(Tensor tensor, List<Object> dtypeAndShape) {
        assertThat(tensor.dtype()).hasToString((String) dtypeAndShape.get(0));
        assertThat(tensor.shape()).containsExactly(((List<?>) dtypeAndShape.get(1)).stream()
                .mapToLong(n -> ((Number) n).longValue()).toArray());
    }

    @Test
    void numbersAndTensorsBecomeWhatPyTorchMakesOfThem() {
        Map<String, List<Object>> torch = LoaderOracle.read().dtypes();
        Tensor doubles = batch(List.of(1.5, 2.5));
        assertIs(doubles, torch.get("float"));
        assertThat(doubles.toDoubleArray()).containsExactly(1.5, 2.5);
        Tensor whole = batch(List.of(1, 2));
        assertIs(whole, torch.get("int"));
        assertThat(whole.toLongArray()).containsExactly(1, 2);
        Tensor truths = batch(List.of(true, false));
        assertIs(truths, torch.get("bool"));
        assertThat(truths.toBooleanArray()).containsExactly(true, false);
        Tensor stacked = batch(List.of(Torch.ones(2), Torch.zeros(2)));
        assertIs(stacked, torch.get("tensor"));
        assertThat(stacked.toFloatArray()).containsExactly(1, 1, 0, 0);
        Tensor singles = batch(List.of(1.5f, 2f));
        assertThat(singles.dtype()).isEqualTo(DType.FLOAT32);
        Tensor arrays = batch(List.of(new long[] {1, 2}, new long[] {3, 4}));
        assertThat(arrays.shape()).containsExactly(2, 2);
        assertThat(CollateTest.<String, List<String>>batch(List.of("a", "b"))).containsExactly("a", "b");
    }

    @Test
    void structuresKeepTheirForm() {
        Pair pair = batch(List.of(new Pair(Torch.ones(2), Tensor.scalar(3)), new Pair(Torch.zeros(2), Tensor.scalar(4))));
        assertThat(pair.image.shape()).containsExactly(2, 2);
        assertThat(pair.label.toLongArray()).containsExactly(3, 4);
        Nested nested = batch(List.of(new Nested(pair, Map.of("x", Torch.ones(1))), new Nested(pair, Map.of("x",
                Torch.zeros(1)))));
        assertThat(nested.pair.image.shape()).containsExactly(2, 2, 2);
        assertThat(nested.more.get("x").toFloatArray()).containsExactly(1, 0);
        List<Object> mixed = batch(List.of(List.of(1, "a"), List.of(2, "b")));
        assertThat(((Tensor) mixed.get(0)).toLongArray()).containsExactly(1, 2);
        assertThat(mixed.get(1)).isEqualTo(List.of("a", "b"));
        Tensor[] array = batch(List.of(new Tensor[] {Torch.ones(1)}, new Tensor[] {Torch.zeros(1)}));
        assertThat(array[0].shape()).containsExactly(2, 1);
    }

    @Test
    void recordsOfNumbersGetARecordOfTensors() {
        List<Example> examples = List.of(new Example(new float[] {1, 2}, 7, "a"), new Example(new float[] {3, 4}, 8,
                "b"));
        Batch batch = Collate.<Example, Batch>into(Batch.class).batch(examples);
        assertThat(batch.pixels.toFloatArray()).containsExactly(1, 2, 3, 4);
        assertThat(batch.label.toLongArray()).containsExactly(7, 8);
        assertThat(batch.names).containsExactly("a", "b");
        assertThatThrownBy(() -> batch(examples)).hasMessage("component pixels of the record Example cannot hold "
                + "Tensor; Collate.into names another record for batches");
        assertThatThrownBy(() -> Collate.<Example, Pair>into(Pair.class).batch(examples))
                .hasMessage("a batch of Example has 3 components, not 2 as Pair");
    }

    @Test
    void whatDoesNotFitTogetherIsRefused() {
        assertThatThrownBy(() -> batch(List.of(1, "a"))).hasMessageContaining("the first is of Integer, another of "
                + "String");
        assertThatThrownBy(() -> batch(List.of(List.of(1), List.of(1, 2)))).hasMessageContaining("different lengths");
        assertThatThrownBy(() -> batch(List.of(Map.of("a", 1), Map.of("b", 1)))).hasMessageContaining("has no a");
        assertThatThrownBy(() -> batch(List.of(Thread.currentThread()))).hasMessageContaining("java.lang.Thread");
    }
}
