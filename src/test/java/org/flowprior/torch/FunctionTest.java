package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

@InScope
class FunctionTest {

    /** The cube, with a number that is not a tensor as a field. */
    private static final class ScaledCube extends Function {
        private final double scale;

        ScaledCube(double scale) {
            this.scale = scale;
        }

        @Override
        protected List<Tensor> forward(Context context, List<Tensor> inputs) {
            Tensor x = inputs.getFirst();
            context.saveForBackward(x);
            return List.of(x.mul(x).mul(x).mul(scale));
        }

        @Override
        protected List<Tensor> backward(Context context, List<Tensor> gradients) {
            Tensor x = context.savedTensors().getFirst();
            return List.of(gradients.getFirst().mul(x.mul(x).mul(3 * scale)));
        }
    }

    /** The exponential saves its output. */
    private static final class Exp extends Function {
        @Override
        protected List<Tensor> forward(Context context, List<Tensor> inputs) {
            Tensor y = inputs.getFirst().exp();
            context.saveForBackward(y, null);
            return List.of(y);
        }

        @Override
        protected List<Tensor> backward(Context context, List<Tensor> gradients) {
            assertThat(context.savedTensors().get(1)).isNull();
            return List.of(gradients.getFirst().mul(context.savedTensors().getFirst()));
        }
    }

    /** Product and sum of two tensors, and the index of the largest, which has no gradient. */
    private static final class ProductAndSum extends Function {
        private boolean materialize = true;
        private String seen = "";

        @Override
        protected List<Tensor> forward(Context context, List<Tensor> inputs) {
            Tensor a = inputs.getFirst();
            Tensor b = inputs.get(1);
            context.saveForBackward(a, b);
            context.setMaterializeGrads(materialize);
            Tensor index = a.argmax();
            context.markNonDifferentiable(index);
            return List.of(a.mul(b), a.add(b), index);
        }

        @Override
        protected List<Tensor> backward(Context context, List<Tensor> gradients) {
            Tensor a = context.savedTensors().getFirst();
            Tensor b = context.savedTensors().get(1);
            Tensor product = gradients.getFirst();
            Tensor sum = gradients.get(1);
            seen = (product == null ? "-" : "p") + (sum == null ? "-" : "s")
                    + (context.needsInputGrad(0) ? "a" : "-") + (context.needsInputGrad(1) ? "b" : "-");
            Tensor ofA = (product == null ? Torch.zerosLike(a) : product.mul(b)).add(sum == null ? Torch.zerosLike(a)
                    : sum);
            Tensor ofB = context.needsInputGrad(1) ? product.mul(a).add(sum) : null;
            return java.util.Arrays.asList(ofA, ofB);
        }
    }

    private static Tensor leaf(double... values) {
        return Tensor.of(values).requiresGrad_(true);
    }

    @Test
    void backwardIsTheUsersOwnAndTheNodeHasItsName() {
        Tensor x = leaf(1, 2, -3);
        Tensor y = new ScaledCube(2).apply(x);
        assertThat(y.toDoubleArray()).containsExactly(2, 16, -54);
        assertThat(y.gradFn()).isEqualTo("ScaledCubeBackward");
        y.sum().backward();
        assertThat(x.grad().toDoubleArray()).containsExactly(6, 24, 54);
    }

    @Test
    void aBackwardOfOpsCanBeDifferentiatedAgain() {
        Tensor x = leaf(2);
        Tensor y = new ScaledCube(1).apply(x).sum();
        Tensor first = Autograd.grad(y, List.of(x), Autograd.Options.CREATE).getFirst();
        Tensor second = Autograd.grad(first.sum(), List.of(x), Autograd.Options.CREATE).getFirst();
        assertThat(first.item()).isEqualTo(12);
        assertThat(second.item()).isEqualTo(12);
        Tensor third = Autograd.grad(second.sum(), List.of(x)).getFirst();
        assertThat(third.item()).isEqualTo(6);
    }

    @Test
    void anOutputCanBeSaved() {
        Tensor x = leaf(0.5, 1);
        Tensor gradient = Autograd.grad(new Exp().apply(x).sum(), List.of(x), Autograd.Options.CREATE)
                .getFirst();
        assertThat(gradient.toDoubleArray()).containsExactly(new double[] {Math.exp(0.5), Math.exp(1)}, within(1e-12));
        assertThat(Autograd.grad(gradient.sum(), List.of(x)).getFirst().toDoubleArray())
                .containsExactly(new double[] {Math.exp(0.5), Math.exp(1)}, within(1e-12));
    }

    @Test
    void severalInputsAndOutputsWithNullGradients() {
        Tensor a = leaf(1, 5);
        Tensor b = Tensor.of(new double[] {3, 4});
        ProductAndSum function = new ProductAndSum();
        List<Tensor> outputs = function.applyAll(a, b);
        assertThat(outputs.get(2).requiresGrad()).isFalse();
        assertThat(outputs.get(2).item()).isEqualTo(1);
        outputs.getFirst().sum().backward();
        assertThat(function.seen).isEqualTo("psa-");
        assertThat(a.grad().toDoubleArray()).containsExactly(3, 4);
        function.materialize = false;
        a.setGrad(null);
        function.applyAll(a, b).getFirst().sum().backward();
        assertThat(function.seen).isEqualTo("p-a-");
        assertThat(a.grad().toDoubleArray()).containsExactly(3, 4);
    }

    @Test
    void aSavedTensorThatWasChangedInPlaceIsFound() {
        Tensor x = leaf(1, 2);
        Tensor between = x.mul(1);
        Tensor y = new ScaledCube(1).apply(between).sum();
        between.add_(1);
        assertThatThrownBy(y::backward).isExactlyInstanceOf(TorchException.class)
                .hasMessageContaining("modified by an inplace operation");
    }

    @Test
    void aSecondBackwardThroughAFreedGraphIsFound() {
        Tensor x = leaf(1);
        Tensor y = new ScaledCube(1).apply(x).sum();
        y.backward();
        assertThatThrownBy(y::backward).isInstanceOf(TorchException.class).hasMessageContaining("second time");
    }

    @Test
    void exceptionsOfBothMethodsSurfaceAsTheyAre() {
        IllegalArgumentException own = new IllegalArgumentException("mine");
        Function failing = new Function() {
            @Override
            protected List<Tensor> forward(Context context, List<Tensor> inputs) {
                return List.of(inputs.getFirst().mul(2));
            }

            @Override
            protected List<Tensor> backward(Context context, List<Tensor> gradients) {
                throw own;
            }
        };
        Tensor x = leaf(1);
        assertThatThrownBy(() -> failing.apply(x).sum().backward()).isSameAs(own);
        assertThat(new ScaledCube(1).apply(x).item()).isEqualTo(1);
    }

    @Test
    void aWrongNumberOfGradientsIsNamed() {
        Function wrong = new Function() {
            @Override
            protected List<Tensor> forward(Context context, List<Tensor> inputs) {
                return List.of(inputs.getFirst().mul(2));
            }

            @Override
            protected List<Tensor> backward(Context context, List<Tensor> gradients) {
                return List.of();
            }
        };
        assertThatThrownBy(() -> wrong.apply(leaf(1)).sum().backward())
                .hasMessageContaining("0 gradients for 1 inputs");
    }

    @Test
    void aFunctionLivesAsLongAsItsGraph() {
        int held = Callbacks.held();
        try (Scope scope = Scope.open()) {
            Tensor y = new ScaledCube(1).apply(leaf(1));
            assertThat(Callbacks.held()).isEqualTo(held + 1);
            y.sum().backward();
        }
        assertThat(Callbacks.held()).isEqualTo(held);
        new ScaledCube(1).apply(Tensor.of(new double[] {1}));
        assertThat(Callbacks.held()).isEqualTo(held);
    }

    @Test
    void gradCheckAcceptsRightDerivativesAndNamesAWrongElement() {
        Autograd.gradCheck(inputs -> new ScaledCube(2).applyAll(inputs), List.of(leaf(1, -2)));
        Autograd.gradCheck(inputs -> new ProductAndSum().applyAll(inputs).subList(0, 2),
                List.of(leaf(1, 2), Tensor.of(new double[] {3, 4}).requiresGrad_(true)));
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
        assertThatThrownBy(() -> Autograd.gradCheck(wrong::applyAll, List.of(leaf(1, 1))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("output 0, element 1, with respect to input 0, element 1, is 3");
        assertThatThrownBy(() -> Autograd.gradCheck(wrong::applyAll,
                List.of(Tensor.of(new float[] {1, 1}).requiresGrad_(true)))).hasMessageContaining("float64");
    }
}
