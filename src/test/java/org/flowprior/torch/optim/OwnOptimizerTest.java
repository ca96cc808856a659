package org.flowprior.torch.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.flowprior.fixtures.Recorded;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.Test;

@InScope
class OwnOptimizerTest {

    /** An optimiser as a user writes it; the state is replaced at every step, as in careless code. */
    private static final class Momentum extends Optimizer {

        Momentum(List<Tensor> parameters, double learningRate) {
            super(parameters, OptimizerOptions.ofLearningRate(learningRate).and("momentum", 0.9f).and("warm", 2)
                    .and("note", "mine"));
        }

        @Override
        protected void update(OptimizerOptions options, List<Tensor> parameters, List<Tensor> gradients,
                List<Map<String, Tensor>> states) {
            for (int i = 0; i < parameters.size(); i++) {
                Tensor before = states.get(i).get("velocity");
                Tensor velocity = before == null ? gradients.get(i).clone()
                        : before.mul(options.number("momentum")).add(gradients.get(i));
                states.get(i).put("velocity", velocity);
                parameters.get(i).add_(velocity, -options.learningRate());
            }
        }
    }

    @Test
    void equalsSgdAndOwnsItsState() {
        List<Tensor> mine = OptimizerCases.parameters("sgd", DType.FLOAT64);
        List<Tensor> theirs = OptimizerCases.parameters("sgd", DType.FLOAT64);
        try (Optimizer own = new Momentum(mine, 0.01); Optimizer sgd = new Sgd(theirs, Sgd.Options.DEFAULT
                .withLearningRate(0.01).withMomentum(0.9f))) {
            OptimizerCases.steps(own, mine, 0, 1);
            long before = Memory.liveTensors();
            OptimizerCases.steps(own, mine, 1, 10);
            assertThat(Memory.liveTensors()).isEqualTo(before);
            OptimizerCases.steps(sgd, theirs, 0, 10);
            for (int i = 0; i < mine.size(); i++) {
                Recorded.assertClose("parameter " + i, mine.get(i), theirs.get(i), 1e-12);
            }
        }
    }

    @Test
    void itsStateIsAStateDict() {
        List<Tensor> first = OptimizerCases.parameters("sgd", DType.FLOAT64);
        List<Tensor> second = OptimizerCases.parameters("sgd", DType.FLOAT64);
        try (Optimizer a = new Momentum(first, 0.01); Optimizer b = new Momentum(second, 0.5)) {
            OptimizerCases.steps(a, first, 0, 3);
            b.loadStateDict(a.stateDict().toTree());
            assertThat(b.options(0)).isEqualTo(a.options(0));
            assertThat(b.options(0).values()).containsExactly(Map.entry("lr", 0.01), Map.entry("momentum",
                    (double) 0.9f), Map.entry("warm", 2L), Map.entry("note", "mine"));
            assertThat(b.stateDict().state()).containsOnlyKeys(0, 1, 2);
            b.setOptions(0, b.options(0).with("momentum", 0));
            assertThat(b.options(0).number("momentum")).isZero();
        }
    }

    @Test
    void refusesOptionsThatItDoesNotHave() {
        assertThatThrownBy(() -> Adadelta.DEFAULTS.withMomentum(0.9)).hasMessageContaining("no option 'momentum'")
                .hasMessageContaining("rho");
        assertThatThrownBy(() -> RMSprop.DEFAULTS.with("centered", 1)).hasMessageContaining("must be a boolean");
        assertThatThrownBy(() -> NAdam.DEFAULTS.withBetas(0.9, 1)).hasMessageContaining("betas");
        assertThatThrownBy(() -> Rprop.DEFAULTS.with("etas", List.of(1.0))).hasMessageContaining("pair of numbers");
        assertThatThrownBy(() -> RAdam.DEFAULTS.withLearningRate(-1)).hasMessageContaining("learning rate");
        Tensor vector = Tensor.of(new float[] {1}, 1).requiresGrad_(true);
        assertThatThrownBy(() -> new Muon(List.of(vector))).hasMessageContaining("matrices");
        assertThatThrownBy(() -> new LBFGS(List.of(vector), LBFGS.DEFAULTS.with("line_search_fn", "armijo")))
                .hasMessageContaining("strong_wolfe");
        try (LBFGS optimizer = new LBFGS(List.of(vector)); RMSprop other = new RMSprop(List.of(vector))) {
            assertThatThrownBy(optimizer::step).hasMessageContaining("closure");
            assertThatThrownBy(() -> other.setOptions(0, Adamax.DEFAULTS)).hasMessageContaining("RMSprop");
        }
    }

    @Test
    void aClosureIsEvaluatedWithGradientsAndItsLossIsReturned() {
        Tensor p = Tensor.of(new float[] {3}, 1).requiresGrad_(true);
        try (Scope scope = Scope.open(); Sgd optimizer = new Sgd(List.of(p), 0.5)) {
            Tensor loss = optimizer.step(() -> {
                optimizer.zeroGrad();
                Tensor value = p.square().sum();
                value.backward();
                return value;
            });
            assertThat(loss.item()).isEqualTo(9);
            assertThat(p.item()).isZero();
        }
    }
}
