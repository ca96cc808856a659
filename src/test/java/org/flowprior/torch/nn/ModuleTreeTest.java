package org.flowprior.torch.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

/** Walking, printing, summing up and converting trees of modules. */
@InScope
class ModuleTreeTest {

    /** A network as a user writes it. */
    private static final class Net extends TypedLayer<Net> {

        private final Conv2d conv = register("conv", new Conv2d(1, 4, 3));
        private final Sequential head = register("head", new Sequential(new Flatten(), new Linear(16, 2)));

        @Override
        public Tensor forward(Tensor x) {
            return conv.forward(x).into(head::forward);
        }
    }

    @Test
    void ownTypesComeBackWithoutCasts() {
        try (Net net = new Net().eval().train().train(false).to(Device.CPU).to(DType.FLOAT64).toFloat().cpu()
                .requiresGrad_(false).apply(module -> {});
                Linear linear = new Linear(2, 1).toDouble().eval();
                Layer layer = new Sequential(new Linear(2, 1)).toDouble().eval();
                LSTM lstm = new LSTM(1, 2).half().bfloat16()) {
            assertThat(net.conv.weight().requiresGrad() || net.isTraining()).isFalse();
            assertThat(linear.weight().dtype()).isEqualTo(DType.FLOAT64);
            assertThat(layer.eval().forward(Torch.ones(new long[] {1, 2}, DType.FLOAT64)).numel()).isEqualTo(1);
            assertThat(lstm.parameters()).allMatch(parameter -> parameter.dtype() == DType.BFLOAT16);
        }
    }

    @Test
    void childrenAreThoseRegisteredHereAndModulesAllBelow() {
        try (Net net = new Net()) {
            assertThat(net.children()).containsExactly(net.conv, net.head);
            assertThat(net.namedChildren().keySet()).containsExactly("conv", "head");
            assertThat(net.modules()).hasSize(5).startsWith(net, net.conv, net.head);
            assertThatThrownBy(() -> net.namedChildren().clear()).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void applyVisitsChildrenFirst() {
        try (Net net = new Net()) {
            List<String> seen = new ArrayList<>();
            net.apply(module -> seen.add(module.getClass().getSimpleName()));
            assertThat(seen).containsExactly("Conv2d", "Flatten", "Linear", "Sequential", "Net");
        }
    }

    @Test
    void printsAsPyTorchPrintsTheSameNetwork() {
        try (Net net = new Net()) {
            // print(net) in PyTorch
            assertThat(net).hasToString("""
                    Net(
                      (conv): Conv2d(1, 4, kernel_size=(3, 3), stride=(1, 1))
                      (head): Sequential(
                        (0): Flatten(start_dim=1, end_dim=-1)
                        (1): Linear(in_features=16, out_features=2, bias=True)
                      )
                    )""");
        }
    }

    @Test
    void numbersPrintAsInPython() {
        // repr(x) in Python 3
        assertThat(List.of(0.1, 1e-5, 1.0, 1e16, 123456789.5, 1.5e-7, 0.0001, -0.0, 1e15, Double.POSITIVE_INFINITY))
                .map(Python::repr).containsExactly("0.1", "1e-05", "1.0", "1e+16", "123456789.5", "1.5e-07", "0.0001",
                        "-0.0", "1000000000000000.0", "inf");
    }

    @Test
    void theSummaryHasShapesParametersAndBytes() {
        try (Net net = new Net()) {
            net.head.eval();
            long before = Memory.liveTensors();
            Summary summary = net.summary(3, 1, 4, 4);
            assertThat(Memory.liveTensors()).isEqualTo(before);
            assertThat(net.isTraining()).isTrue();
            assertThat(net.head.isTraining()).isFalse();
            assertThat(summary.parameters()).isEqualTo(40 + 34);
            assertThat(summary.trainable()).isEqualTo(74);
            assertThat(summary.stateBytes()).isEqualTo(4 * 74);
            assertThat(summary.outputBytes()).isEqualTo(4 * (3 * 16 + 3 * 16 + 3 * 2));
            assertThat(summary.rows()).extracting(Summary.Row::path).containsExactly("", "conv", "head", "head.0",
                    "head.1");
            assertThat(summary.rows()).extracting(Summary.Row::parameters).containsExactly(74L, 40L, 34L, 0L, 34L);
            assertThat(summary.rows().get(1).outputShape()).containsExactly(3, 4, 2, 2);
            assertThat(summary.toString()).contains("  Conv2d (conv)", "[3, 4, 2, 2]", "74 parameters");
            assertThat(net.summary().rows().getFirst().outputShape()).isNull();
        }
        try (Transformer net = new Transformer(4, 2, 1, 1, TransformerOptions.DEFAULT.withDimFeedforward(8))) {
            Summary summary = net.summary(() -> net.forward(Torch.zeros(3, 1, 4), Torch.zeros(2, 1, 4)));
            assertThat(summary.rows().getFirst().outputShape()).containsExactly(2, 1, 4);
        }
    }

    @Test
    void containersGiveTheirPartsAndNameWhatIsMissing() {
        try (ModuleDict dict = new ModuleDict(Map.of("a", new Linear(1, 1)));
                ParameterDict parameters = new ParameterDict(Map.of("w", Torch.ones(2)));
                ParameterList list = new ParameterList(List.of(Torch.ones(2)))) {
            assertThat(dict.put("b", new ReLU())).isSameAs(dict.get("b"));
            assertThat(dict.size()).isEqualTo(2);
            assertThat(dict.contains("c")).isFalse();
            assertThatThrownBy(() -> dict.get("c")).hasMessage("no module 'c', only [a, b]");
            assertThat(parameters.get("w").requiresGrad()).isTrue();
            assertThat(parameters.contains("v") || parameters.size() != 1).isFalse();
            assertThatThrownBy(() -> parameters.get("v")).hasMessage("no parameter 'v', only [w]");
            list.add(Torch.zeros(1));
            assertThat(list).hasSize(2);
            assertThat(list.get(1).numel()).isEqualTo(list.size() - 1L);
            assertThat(list.stateDict().keySet()).containsExactly("0", "1");
        }
    }

    @Test
    void wrongSizesAreNamed() {
        assertThatThrownBy(() -> new MultiheadAttention(7, 2)).hasMessageContaining("7")
                .hasMessageContaining("2 heads");
        assertThatThrownBy(() -> new GRU(2, 3, GRU.Options.layers(1).withProjSize(1)).close())
                .hasMessage("only an LSTM has projections; leave projSize at 0");
        assertThatThrownBy(() -> new LSTM(2, 3, 0)).hasMessageContaining("at least 1 layer");
        assertThatThrownBy(() -> new Dropout2d(2)).hasMessage("a dropout probability must be in [0, 1], not 2.0");
        assertThatThrownBy(() -> new ConvTranspose2d(1, 1, ConvTranspose2d.Options.kernel(1, 2, 3)))
                .hasMessage("[1, 2, 3] is neither one number nor 2");
        try (ConvTranspose1d conv = new ConvTranspose1d(1, 1, 3, 2); LSTM lstm = new LSTM(1, 1);
                MultiheadAttention attention = new MultiheadAttention(2, 1)) {
            assertThatThrownBy(() -> conv.forward(Torch.ones(1, 1, 4), new long[] {30}))
                    .hasMessageContaining("no size 30");
            assertThatThrownBy(() -> lstm.forward(Torch.ones(1))).hasMessageContaining("3 dimensions, or 2");
            Tensor x = Torch.ones(3, 1, 2);
            assertThatThrownBy(() -> attention.forward(x, x, x, null, true, Torch.ones(3, 4)))
                    .hasMessageContaining("attnMask");
        }
    }

    @Test
    void trainingRecurrentNetworksAndTransformersLeavesNoTensorBehind() {
        try (LSTM lstm = new LSTM(2, 4, LSTM.Options.layers(2).withBatchFirst(true));
                Transformer transformer = new Transformer(4, 2, 1, 1,
                        TransformerOptions.DEFAULT.withDimFeedforward(8).withBatchFirst(true))) {
            step(lstm, transformer);
            long before = Memory.liveTensors();
            step(lstm, transformer);
            step(lstm, transformer);
            assertThat(Memory.liveTensors()).isEqualTo(before);
        }
    }

    private static void step(LSTM lstm, Transformer transformer) {
        try (Scope scope = Scope.open()) {
            lstm.zeroGrad();
            transformer.zeroGrad();
            int empty = scope.size();
            Tensor memory = lstm.forward(Torch.ones(3, 5, 2)).output();
            // the input, output, hidden and cell
            assertThat(scope.size()).isEqualTo(empty + 4);
            transformer.forward(memory, memory).sum().backward();
        }
    }
}
