package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

@InScope
class FunctionTest {

    private static final class Cube extends Function {
        @Override
        protected List<Tensor> forward(Context context, List<Tensor> inputs) {
            context.saveForBackward(inputs.getFirst());
            return List.of(inputs.getFirst().pow(3));
        }

        @Override
        protected List<Tensor> backward(Context context, List<Tensor> gradients) {
            return List.of(gradients.getFirst().mul(context.savedTensors().getFirst().square()).mul(3));
        }
    }

    /** Gives x * y and x + y, and counts which gradients came. */
    private static final class ProductAndSum extends Function {
        private final boolean materialize;
        private final List<Boolean> came = new ArrayList<>();

        ProductAndSum(boolean materialize) {
            this.materialize = materialize;
        }

        @Override
        protected List<Tensor> forward(Context context, List<Tensor> inputs) {
            context.setMaterializeGrads(materialize);
            context.saveForBackward(inputs.get(0), inputs.get(1));
            return List.of(inputs.get(0).mul(inputs.get(1)), inputs.get(0).add(inputs.get(1)));
        }

        @Override
        protected List<Tensor> backward(Context context, List<Tensor> gradients) {
            List<Tensor> saved = context.savedTensors();
            came.add(gradients.get(0) != null);
            came.add(gradients.get(1) != null);
            Tensor product = gradients.get(0) == null ? Torch.zerosLike(saved.get(0)) : gradients.get(0);
            Tensor sum = gradients.get(1) == null ? Torch.zerosLike(saved.get(0)) : gradients.get(1);
            return Arrays.asList(product.mul(saved.get(1)).add(sum),
                    context.needsInputGrad(1) ? product.mul(saved.get(0)).add(sum) : null);
        }
    }

    private static Tensor leaf(double... values) {
        return Tensor.of(values).requiresGrad_(true);
    }

    @Test
    void backwardIsTheUsers() {
        Tensor x = leaf(1, 2, -3);
        Tensor y = new Cube().apply(x);
        assertThat(y.toDoubleArray()).containsExactly(1, 8, -27);
        assertThat(y.gradFn()).isEqualTo("CubeBackward");
        y.sum().backward();
        assertThat(x.grad().toDoubleArray()).containsExactly(3, 12, 27);
    }

    @Test
    void aBackwardOfOpsIsDifferentiatedAgain() {
        Tensor x = leaf(2);
        Tensor first = Autograd.grad(new Cube().apply(x).sum(), List.of(x), Autograd.Options.CREATE).getFirst();
        Tensor second = Autograd.grad(first.sum(), List.of(x), Autograd.Options.CREATE).getFirst();
        assertThat(second.toDoubleArray()).containsExactly(12);
        assertThat(Autograd.grad(second.sum(), List.of(x)).getFirst().toDoubleArray()).containsExactly(6);
    }

    @Test
    void gradientsOfUnusedOutputsAreZerosOrNull() {
        for (boolean materialize : new boolean[] {true, false}) {
            Tensor x = leaf(2);
            Tensor y = leaf(5);
            ProductAndSum function = new ProductAndSum(materialize);
            function.applyAll(x, y).get(0).backward();
            assertThat(function.came).containsExactly(true, materialize);
            assertThat(x.grad().item()).isEqualTo(5);
            assertThat(y.grad().item()).isEqualTo(2);
        }
    }

    @Test
    void anInputWithoutGradientMayGetNull() {
        Tensor x = leaf(2);
        Tensor y = Tensor.of(new double[] {5});
        List<Tensor> outputs = new ProductAndSum(true).applyAll(x, y);
        outputs.get(0).add(outputs.get(1)).backward();
        assertThat(x.grad().item()).isEqualTo(6);
        assertThat(y.grad()).isNull();
    }

    @Test
    void gradCheckAcceptsRightAndNamesWrongGradients() {
        Tensor x = leaf(0.5, -1.5);
        Tensor y = leaf(2, 0.25);
        assertThat(Autograd.gradCheck(in -> new ProductAndSum(true).applyAll(in.toArray(new Tensor[0])),
                List.of(x, y))).isTrue();
        Function wrong = new Function() {
            @Override
            protected List<Tensor> forward(Context context, List<Tensor> inputs) {
                return List.of(inputs.getFirst().mul(2));
            }

            @Override
            protected List<Tensor> backward(Context context, List<Tensor> gradients) {
                return List.of(gradients.getFirst().mul(Tensor.of(new double[] {2, 3})));
            }
        };
        assertThatThrownBy(() -> Autograd.gradCheck(in -> List.of(wrong.apply(in.getFirst())), List.of(x)))
                .isInstanceOf(GradCheckException.class)
                .hasMessageContaining("output 0 element 1 with respect to input 0 element 1 is 3.0");
    }

    @Test
    void aSavedTensorThatWasChangedIsRefusedWithPyTorchsText() {
        Tensor x = leaf(1, 2);
        Tensor middle = x.mul(2);
        Tensor y = new Cube().apply(middle);
        middle.add_(1);
        assertThatThrownBy(() -> y.sum().backward()).isExactlyInstanceOf(TorchException.class)
                .hasMessageContaining("modified by an inplace operation");
    }

    @Test
    void anOpsSavedTensorThatWasChangedIsAPlainError() {
        Tensor x = Tensor.of(new float[] {1, 2}).requiresGrad_(true);
        Tensor y = x.exp();
        Tensor z = y.mul(y);
        y.add_(1);
        assertThatThrownBy(() -> z.sum().backward()).isExactlyInstanceOf(TorchException.class)
                .hasMessageContaining("modified by an inplace operation");
    }

    @Test
    void asecondBackwardThroughAFreedGraphIsRefused() {
        Tensor x = leaf(1);
        Tensor y = new Cube().apply(x);
        y.backward();
        assertThatThrownBy(y::backward).isExactlyInstanceOf(TorchException.class)
                .hasMessageContaining("backward through the graph a second time");
    }

    @Test
    void exceptionsOfBackwardSurfaceAsTheyAre() {
        Function failing = new Function() {
            @Override
            protected List<Tensor> forward(Context context, List<Tensor> inputs) {
                return List.of(inputs.getFirst().neg());
            }

            @Override
            protected List<Tensor> backward(Context context, List<Tensor> gradients) {
                throw new UnsupportedOperationException("mine");
            }
        };
        Tensor x = leaf(1);
        assertThatThrownBy(() -> failing.apply(x).backward()).isExactlyInstanceOf(UnsupportedOperationException.class)
                .hasMessage("mine");
    }

    @Test
    void outputsCanBeConstantsAndSaved() {
        Function exp = new Function() {
            @Override
            protected List<Tensor> forward(Context context, List<Tensor> inputs) {
                Tensor result = inputs.getFirst().exp();
                Tensor largest = result.argmax();
                context.saveForBackward(result, null);
                context.markNonDifferentiable(largest);
                return List.of(result, largest);
            }

            @Override
            protected List<Tensor> backward(Context context, List<Tensor> gradients) {
                assertThat(context.savedTensors().get(1)).isNull();
                return List.of(gradients.getFirst().mul(context.savedTensors().getFirst()));
            }
        };
        Tensor x = leaf(0, 1);
        List<Tensor> outputs = exp.applyAll(x);
        assertThat(outputs.get(1).requiresGrad()).isFalse();
        outputs.get(0).sum().backward();
        assertThat(x.grad().toDoubleArray()).containsExactly(1, Math.E);
    }

    @Test
    void aWrongNumberOfGradientsIsNamed() {
        Function none = new Function() {
            @Override
            protected List<Tensor> forward(Context context, List<Tensor> inputs) {
                return List.of(inputs.getFirst().neg());
            }

            @Override
            protected List<Tensor> backward(Context context, List<Tensor> gradients) {
                return List.of();
            }
        };
        assertThatThrownBy(() -> none.apply(leaf(1)).backward())
                .hasMessageContaining("incorrect number of gradients (expected 1, got 0)");
    }

    @Test
    void theGraphsEndForgetsTheFunction() {
        int held = Callbacks.held();
        try (Scope scope = Scope.open()) {
            new Cube().apply(leaf(1)).backward();
            new Cube().apply(Tensor.of(new double[] {1}));
        }
        assertThat(Callbacks.held()).isEqualTo(held);
    }
}
