package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.flowprior.torch.Index.all;
import static org.flowprior.torch.Index.at;
import static org.flowprior.torch.Index.ellipsis;
import static org.flowprior.torch.Index.from;
import static org.flowprior.torch.Index.newAxis;
import static org.flowprior.torch.Index.range;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

@InScope
class TensorTest {

    @Test
    void arraysGoInAndComeOut() {
        assertThat(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).toFloatArray()).containsExactly(1, 2, 3, 4);
        assertThat(Tensor.of(new double[] {1.5, -2}).toDoubleArray()).containsExactly(1.5, -2);
        assertThat(Tensor.of(new long[] {Long.MAX_VALUE, 2}).toLongArray()).containsExactly(Long.MAX_VALUE, 2);
        assertThat(Tensor.of(new int[] {7, -7}).toIntArray()).containsExactly(7, -7);
        assertThat(Tensor.of(new byte[] {1, (byte) 255}).toByteArray()).containsExactly(1, (byte) 255);
        assertThat(Tensor.of(new boolean[] {true, false}).toBooleanArray()).containsExactly(true, false);
        assertThat(Tensor.of(new float[0], 0, 3).shape()).containsExactly(0, 3);
        assertThat(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).t().toFloatArray()).containsExactly(1, 3, 2, 4);
    }

    @Test
    void aScalarHasNoDimensions() {
        assertThat(Tensor.scalar(2.5).shape()).isEmpty();
        assertThat(Tensor.of(new float[] {2.5f}).shape()).containsExactly(1);
        assertThat(Tensor.scalar(2.5).dtype()).isEqualTo(DType.FLOAT64);
        assertThat(Tensor.scalar(2.5f).dtype()).isEqualTo(DType.FLOAT32);
        assertThat(Tensor.scalar(2).dtype()).isEqualTo(DType.INT64);
        assertThat(Tensor.scalar(1L << 62).itemNumber()).isEqualTo(1L << 62);
    }

    @Test
    void buffersAndSegmentsAreCopied() {
        assertThat(Tensor.of(FloatBuffer.wrap(new float[] {1, 2, 3}), DType.FLOAT32, 3).sum().item()).isEqualTo(6);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, 1, 2);
            Tensor copy = Tensor.of(memory, DType.FLOAT64, 2);
            memory.setAtIndex(ValueLayout.JAVA_DOUBLE, 0, 9);
            assertThat(copy.toDoubleArray()).containsExactly(1, 2);
        }
    }

    @Test
    void aTensorOverMemorySharesItAndLetsGoOfIt() {
        int held = Callbacks.held();
        MemorySegment memory = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3);
        Tensor over = Tensor.over(memory, DType.FLOAT32, 3);
        memory.setAtIndex(ValueLayout.JAVA_FLOAT, 1, 20);
        Tensor view = over.get(from(1));
        over.close();
        assertThat(view.toFloatArray()).containsExactly(20, 3);
        assertThat(Callbacks.held()).isEqualTo(held + 1);
        view.close();
        assertThat(Callbacks.held()).isEqualTo(held);
    }

    @Test
    void elementsThatTheMemoryDoesNotHoldAreReadNotTheMemory() {
        Tensor x = Tensor.of(new double[] {1, -2}).requiresGrad_(true);
        Tensor zeros = Autograd.grad(x.sgn().sum(), java.util.List.of(x)).get(0);
        assertThat(zeros.toDoubleArray()).containsExactly(0, 0);
        assertThat(zeros.toString()).contains("[0.0, 0.0]");
        assertThatThrownBy(zeros::segment).isInstanceOf(TorchException.class).hasMessageContaining("clone()");
        Tensor conjugate = Torch.complex(Torch.ones(2, 1), Torch.ones(2, 1)).adjoint();
        assertThat(conjugate.toString()).contains("1.0-1.0j");
        assertThatThrownBy(conjugate::segment).isInstanceOf(TorchException.class).hasMessageContaining("clone()");
        assertThat(Torch.viewAsReal(conjugate.clone()).toFloatArray()).containsExactly(1, -1, 1, -1);
    }

    @Test
    void theDataMustFitTheShape() {
        assertThatThrownBy(() -> Tensor.of(new float[3], 2, 2)).isInstanceOf(ShapeException.class)
                .hasMessageContaining("16 bytes").hasMessageContaining("12");
        assertThatThrownBy(() -> Tensor.of(new float[3], -1)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Tensor.over(MemorySegment.ofArray(new float[3]), DType.FLOAT32, 3))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("native");
        assertThatThrownBy(() -> Torch.ones(2, 3).t().segment()).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("contiguous");
    }

    @Test
    void propertiesAreLibtorchs() {
        Tensor x = Torch.zeros(new long[] {2, 3}, DType.BFLOAT16);
        assertThat(x.dim()).isEqualTo(2);
        assertThat(x.numel()).isEqualTo(6);
        assertThat(x.strides()).containsExactly(3, 1);
        assertThat(x.size(-1)).isEqualTo(3);
        assertThat(x.dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(x.device()).isEqualTo(Device.CPU);
        assertThat(x.storageBytes()).isEqualTo(12);
        assertThat(x.t().storageAddress()).isEqualTo(x.storageAddress());
        assertThat(x.t().isContiguous()).isFalse();
        assertThat(x.get(1).storageOffset()).isEqualTo(3);
        long version = x.version();
        assertThat(x.add_(1).version()).isEqualTo(version + 1);
        assertThatThrownBy(() -> x.size(2)).isInstanceOf(IndexException.class);
    }

    @Test
    void identityIsTheTensorsNotTheWrappers() {
        Tensor x = Torch.ones(2);
        Tensor again = x.share();
        assertThat(again.isSame(x)).isTrue();
        assertThat(x.view(2).isSame(x)).isFalse();
        assertThat(x.add_(1)).isSameAs(x);
        long identity = x.identity();
        x.setData(x.to(DType.FLOAT64));
        assertThat(x.identity()).isEqualTo(identity);
        assertThat(x.dtype()).isEqualTo(DType.FLOAT64);
    }

    // x = torch.arange(24).view(2, 3, 4)
    @Test
    void indicesReadAsBetweenPythonsBrackets() {
        Tensor x = Torch.arange(24).view(2, 3, 4);
        assertThat(x.get(1, 2).toLongArray()).containsExactly(20, 21, 22, 23);                        // x[1, 2]
        assertThat(x.get(-1, -1, -1).item()).isEqualTo(23);                                            // x[-1, -1, -1]
        assertThat(x.get(all(), at(0), range(1, 3)).toLongArray()).containsExactly(1, 2, 13, 14);      // x[:, 0, 1:3]
        assertThat(x.get(ellipsis(), at(1)).shape()).containsExactly(2, 3);                            // x[..., 1]
        assertThat(x.get(at(0), newAxis(), all(), range(0, 4, 2)).shape())
                .containsExactly(1, 3, 2);   // x[0, None, :, ::2]
        assertThat(x.get(Index.to(-1)).shape()).containsExactly(1, 3, 4);                              // x[:-1]
        Tensor rows = Tensor.of(new long[] {2, 0});
        assertThat(x.get(all(), Index.of(rows), at(0)).toLongArray()).containsExactly(8, 0, 20, 12);   // x[:, rows, 0]
        Tensor mask = x.remainder(5).eq(0);
        assertThat(x.get(Index.of(mask)).toLongArray()).containsExactly(0, 5, 10, 15, 20);             // x[x % 5 == 0]
        assertThatThrownBy(() -> x.get(0, 0, 0, 0)).isInstanceOf(IndexException.class);
        assertThatThrownBy(() -> x.get(2)).isInstanceOf(IndexException.class);
    }

    @Test
    void setWritesThroughViewsMasksAndPositions() {
        Tensor x = Torch.zeros(2, 3);
        x.set(Tensor.of(new float[] {1, 2}), all(), at(1));
        x.set(Tensor.scalar(5.0f), at(0), range(0, 1));
        assertThat(x.toFloatArray()).containsExactly(5, 1, 0, 0, 2, 0);
        x.set(Tensor.scalar(-1f), Index.of(x.eq(0)));
        assertThat(x.toFloatArray()).containsExactly(5, 1, -1, -1, 2, -1);
        x.set(Tensor.scalar(7f), all(), Index.of(Tensor.of(new long[] {0, 2})));
        assertThat(x.toFloatArray()).containsExactly(7, 1, 7, 7, 2, 7);
    }

    @Test
    void printingShowsElementsDtypeShapeAndDevice() {
        assertThat(Tensor.of(new float[] {1, 2.5f, -3e-7f, 4}, 2, 2)).hasToString("""
                tensor([[1.0, 2.5000],
                        [-3.0000e-07, 4.0]], float32[2, 2] cpu)""");
        assertThat(Tensor.of(new boolean[] {true, false})).hasToString("tensor([true, false], bool[2] cpu)");
        assertThat(Torch.arange(2000).toString()).contains("0, 1, 2, ..., 1997, 1998, 1999");
        assertThat(Torch.arange(1400).view(2, 700).toString()).contains("0, 1, 2, ..., 697, 698, 699]")
                .contains("700, 701, 702, ..., 1397, 1398, 1399]");
        Tensor huge = Torch.ones(1).expand(1L << 40);
        assertThat(huge.toString()).contains("1.0, ..., 1.0").contains("float32[1099511627776]");
        assertThat(Torch.complex(Torch.ones(1), Torch.ones(1).neg()))
                .hasToString("tensor([1.0-1.0j], complex64[1] cpu)");
        assertThat(Torch.empty(new long[] {3}, DType.FLOAT32, Device.META).toString()).contains("meta");
    }

    @Test
    void errorsAreTypedAndNameOpMessageAndArguments() {
        Tensor x = Torch.ones(2, 3);
        assertThatThrownBy(() -> x.matmul(x)).isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("matmul: ").hasMessageContaining("2x3")
                .hasMessageContaining("float32[2, 3] cpu")
                .hasMessageNotContaining("frame #").hasMessageNotContaining("\n");
        assertThatThrownBy(() -> x.select(0, 9)).isInstanceOf(IndexException.class);
        assertThatThrownBy(() -> x.matmul(x.t().to(DType.FLOAT64))).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> Tensor.of(new long[] {1}).add_(0.5)).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> Linalg.inv(Torch.zeros(2, 2))).isInstanceOf(LinearAlgebraException.class);
        assertThatThrownBy(() -> Linalg.cholesky(Torch.zeros(2, 2).sub(1))).isInstanceOf(LinearAlgebraException.class);
        assertThatThrownBy(() -> Torch.ones(1 << 20).view(1 << 20, 1).expand(1 << 20, 1L << 30).contiguous())
                .isInstanceOf(OutOfMemoryException.class);
        assertThatThrownBy(() -> Torch.ones(new long[] {2}, DType.FLOAT32, Device.cuda(0)))
                .isInstanceOf(TorchException.class);
        assertThatThrownBy(() -> x.add((Tensor) null)).isInstanceOf(NullPointerException.class).hasMessage(
                "other must not be null");
        assertThatThrownBy(() -> Torch.cat(java.util.Arrays.asList(x, null))).isInstanceOf(NullPointerException.class)
                .hasMessage("tensors[1] must not be null");
        assertThatThrownBy(() -> x.index(null)).isInstanceOf(NullPointerException.class).hasMessage(
                "indices must not be null");
        assertThatThrownBy(() -> Functional.mseLoss(x, x, null)).isInstanceOf(NullPointerException.class).hasMessage(
                "reduction must not be null");
        assertThatThrownBy(() -> Torch.zeros((long[]) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> x.quantile(0.5, 0L, false, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> Torch.ones(-1)).isInstanceOf(TorchException.class);
        assertThatThrownBy(() -> x.asStrided(new long[] {Long.MAX_VALUE, 2}, new long[] {3, 1}))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> x.asStrided_(new long[] {3}, new long[] {1L << 62}))
                .isInstanceOf(ShapeException.class);
        java.util.List<Tensor> one = java.util.List.of(x.clone());
        java.util.List<Tensor> small = java.util.List.of(Torch.ones(1));
        assertThatThrownBy(() -> Fused.sgd_(one, small, java.util.List.of(), 0, 0, 1, 0, false, false, true))
                .isInstanceOf(ShapeException.class).hasMessageContaining("grads[0]");
        assertThatThrownBy(() -> Fused.adam_(one, one, one, java.util.List.of(), one, small, 1e-3, 0.9, 0.99, 0, 1e-8,
                false, false)).isInstanceOf(ShapeException.class).hasMessageContaining("exp_avg_sqs has 0 tensors");
        assertThatThrownBy(() -> x.item()).isInstanceOf(TorchException.class);
        assertThatThrownBy(() -> Torch.complex(Torch.ones(1), Torch.ones(1)).item()).isInstanceOf(DTypeException.class);
    }

    @Test
    void theWholeTextOfAnErrorIsThereOnRequest() {
        assertThatThrownBy(() -> Torch.ones(2).matmul(Torch.ones(3)))
                .isInstanceOfSatisfying(TorchException.class, e -> assertThat(e.backtrace()).contains("frame #"));
    }
}
