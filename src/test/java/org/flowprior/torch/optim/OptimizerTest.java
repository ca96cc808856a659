package org.flowprior.torch.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.List;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.torch.nn.SiLU;
import org.junit.jupiter.api.Test;

@InScope
class OptimizerTest {

    private static Tensor parameter(float... values) {
        return Tensor.of(values, values.length).requiresGrad_(true);
    }

    @Test
    void takesTheStepsOfTheSpecification() {
        // p = nn.Parameter(tensor([1., -2.])); AdamW([p], lr=.01, betas=(.9, .95), weight_decay=.02)
        Tensor p = parameter(1, -2);
        AdamOptions options = AdamOptions.ADAMW.withLearningRate(0.01).withBetas(0.9, 0.95)
                .withWeightDecay(0.02);
        try (AdamW optimizer = new AdamW(List.of(p), options)) {
            p.setGrad(Tensor.of(new float[] {0.5f, -0.1f}, 2));
            optimizer.step();
            p.setGrad(Tensor.of(new float[] {0.3f, 0.2f}, 2));
            optimizer.step();
            assertThat(p.toDoubleArray()[0]).isCloseTo(0.97997004, offset(1e-7));
            assertThat(p.toDoubleArray()[1]).isCloseTo(-1.99283588, offset(2e-7));
        }
    }

    @Test
    void defaultsArePyTorchs() {
        // torch.optim.Adam([p]).defaults and so on
        assertThat(AdamOptions.ADAM).isEqualTo(new AdamOptions(1e-3, 0.9, 0.999, 1e-8, 0, false, false));
        assertThat(AdamOptions.ADAMW).isEqualTo(new AdamOptions(1e-3, 0.9, 0.999, 1e-8, 0.01, false, false));
        assertThat(Sgd.Options.DEFAULT).isEqualTo(new Sgd.Options(1e-3, 0, 0, 0, false, false));
    }

    @Test
    void refusesOptionsThatMakeNoSense() {
        assertThatThrownBy(() -> AdamOptions.ADAM.withLearningRate(-1)).hasMessageContaining("learning rate");
        assertThatThrownBy(() -> AdamOptions.ADAMW.withBetas(0.9, 1)).hasMessageContaining("betas");
        assertThatThrownBy(() -> AdamOptions.ADAM.withEps(Double.NaN)).hasMessageContaining("eps");
        assertThatThrownBy(() -> Sgd.Options.DEFAULT.withNesterov(true)).hasMessageContaining("Nesterov");
    }

    @Test
    void refusesParametersThatItCannotTrain() {
        Tensor p = parameter(1);
        assertThatThrownBy(() -> new Adam(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Adam(List.of(p, p.share()))).hasMessageContaining("twice");
        assertThatThrownBy(() -> new Adam(List.of(p.mul(2)))).hasMessageContaining("recorded op");
        assertThatThrownBy(() -> Adam.ofGroups(List.of(), AdamOptions.ADAM)).hasMessageContaining("no groups");
    }

    @Test
    void leavesParametersWithoutGradientAlone() {
        Tensor a = parameter(1);
        Tensor b = parameter(1);
        try (Adam optimizer = new Adam(List.of(a, b))) {
            optimizer.step();
            assertThat(optimizer.stateDict().state()).isEmpty();
            b.setGrad(Torch.ones(1));
            optimizer.step();
            assertThat(optimizer.stateDict().state()).containsOnlyKeys(1);
            assertThat(a.item()).isEqualTo(1);
            assertThat(b.item()).isLessThan(1);
            optimizer.zeroGrad();
            assertThat(b.grad()).isNull();
        }
    }

    @Test
    void learningRatesAreSetForAllGroupsOrOne() {
        List<ParameterGroup> groups = List.of(new ParameterGroup(List.of(parameter(1)), 0.1, 0),
                new ParameterGroup(List.of(parameter(1)), 0.2, 0.5));
        try (Sgd optimizer = Sgd.ofGroups(groups, Sgd.Options.DEFAULT)) {
            assertThat(optimizer.learningRate()).isEqualTo(0.1);
            assertThat(optimizer.learningRate(1)).isEqualTo(0.2);
            optimizer.setLearningRate(1, 0.3);
            assertThat(optimizer.learningRate()).isEqualTo(0.1);
            optimizer.setLearningRate(0.4);
            assertThat(optimizer.parameterGroups()).extracting(ParameterGroup::learningRate)
                    .containsExactly(0.4, 0.4);
            assertThat(optimizer.parameterGroups()).extracting(ParameterGroup::weightDecay)
                    .containsExactly(0.0, 0.5);
        }
    }

    @Test
    void liveTensorsDoNotGrow() {
        long before = Memory.liveTensors();
        try (Sequential net = new Sequential(new Linear(2, 4), new SiLU(), new Linear(4, 1));
                AdamW optimizer = new AdamW(net.parameters(), AdamOptions.ADAMW.withAmsgrad(true));
                Ema ema = new Ema(net.namedParameters(), 0.99)) {
            train(net, optimizer, ema, 5);
            long afterFive = Memory.liveTensors();
            // four parameters, four averages, four states of four
            assertThat(afterFive).isEqualTo(before + 4 + 4 + 16);
            train(net, optimizer, ema, 5);
            assertThat(Memory.liveTensors()).isEqualTo(afterFive);
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    private static void train(Sequential net, Optimizer optimizer, Ema ema, int steps) {
        for (int i = 0; i < steps; i++) {
            try (Scope scope = Scope.open()) {
                optimizer.zeroGrad();
                net.forward(Torch.ones(3, 2)).square().mean().backward();
                GradientClipping.clipNorm(net.parameters(), 1);
                optimizer.step();
                ema.update();
            }
        }
    }

    @Test
    void isClosedOnce() {
        Adam optimizer = new Adam(List.of(parameter(1)));
        optimizer.close();
        assertThatThrownBy(optimizer::close).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(optimizer::step).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(optimizer::stateDict).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aGradientMayHaveAnyStrideWhereTheSizeIsOne() {
        Tensor parameter = Torch.ones(3, 1).requiresGrad_(true);
        parameter.setGrad(Torch.ones(1, 3).t());
        try (Sgd sgd = new Sgd(List.of(parameter), Sgd.Options.DEFAULT.withLearningRate(0.5))) {
            sgd.step();
        }
        assertThat(parameter.toFloatArray()).containsExactly(0.5f, 0.5f, 0.5f);
    }
}
