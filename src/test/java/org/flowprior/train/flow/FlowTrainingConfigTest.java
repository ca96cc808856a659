package org.flowprior.train.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.RequestException;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.torch.Precision;
import org.flowprior.torch.optim.LearningRateSchedule;
import org.flowprior.torch.optim.Optimizer;
import org.flowprior.train.Logging;
import org.flowprior.train.OptimizerKind;
import org.flowprior.train.flow.FlowTrainingConfig.ProjectionKind;
import org.junit.jupiter.api.Test;

class FlowTrainingConfigTest {

    private static final ConfigLoader<FlowTrainingConfig> LOADER = FlowTrainingConfig.loader();

    /** Table 3 and App. C.2. */
    @Test
    void thePaperPresetHasThePrintedValues() {
        FlowTrainingConfig config = LOADER.load("paper", List.of());
        FlowTrainingConfig.Training training = config.training();
        assertThat(training.batch()).isEqualTo(256);
        assertThat(training.steps()).isEqualTo(1_000_000);
        assertThat(training.optimizer()).isEqualTo(OptimizerKind.ADAMW);
        assertThat(training.learningRate()).isEqualTo(1e-4);
        assertThat(training.warmupSteps()).isEqualTo(2500);
        assertThat(training.beta1()).isEqualTo(0.9);
        assertThat(training.beta2()).isEqualTo(0.95);
        assertThat(training.weightDecay()).isEqualTo(1e-4);
        assertThat(training.clip()).isEqualTo(1);
        assertThat(training.ema()).isEqualTo(0.9999);
        assertThat(config.precision()).isEqualTo(Precision.BF16);
        assertThat(config.network()).isEqualTo(new FlowTrainingConfig.Network(1024, 6, TimeConvention.OFFICIAL));
        assertThat(config.network(32)).isEqualTo(VelocityNetwork.Config.PRIOR);
        assertThat(config.projection().kind()).isEqualTo(ProjectionKind.RANDOM);
    }

    /**
     * Section 6 of the specification: 512 items of 64 rows, 4 draws, Adam without decay; its schedule at eight steps.
     */
    @Test
    void theOfficialPresetIsWhatTheCodeRuns() {
        FlowTrainingConfig config = LOADER.load("official", List.of());
        FlowTrainingConfig.Training training = config.training();
        assertThat(training.batch() * training.flowMul()).isEqualTo(131_072);
        assertThat(training.optimizer()).isEqualTo(OptimizerKind.ADAM);
        assertThat(training.weightDecay()).isZero();
        assertThat(training.ema()).isEqualTo(0.9999);
        assertThat(config.seed()).isEqualTo(42);
        assertThat(config.projection().seed()).isEqualTo(42);
        assertThat(config.log()).isEqualTo(new Logging(50, 10_000, 11));
        LearningRateSchedule rate = training.schedule();
        assertThat(rate.at(0)).isEqualTo(1e-5, within(1e-13));
        assertThat(rate.at(1)).isEqualTo(1.00759392e-5, within(1e-13));
        assertThat(rate.at(1251)).isEqualTo(1.05e-4, within(1e-12));
        assertThat(rate.at(2501)).isEqualTo(1.99924061e-4, within(1e-12));
        assertThat(rate.at(2502)).isEqualTo(1.99997224e-4, within(1e-12));
        assertThat(rate.at(250_200)).isEqualTo(1.7363961e-4, within(1e-11));
        assertThat(rate.at(500_400)).isEqualTo(1.1e-4, within(1e-12));
        assertThat(rate.at(1_000_799)).isEqualTo(2e-5, within(1e-12));
    }

    @Test
    void theQuickPresetIsTheDefaultAndNeedsABankOnly() {
        FlowTrainingConfig config = LOADER.load(null, List.of("data.bank=somewhere"));
        assertThat(config).isEqualTo(LOADER.load("quick", List.of("data.bank=somewhere")));
        assertThat(config.withAbsolutePaths().data().bank()).startsWith("/").endsWith("/somewhere");
        assertThat(config.withAbsolutePaths().data().validationBank()).isEmpty();
    }

    /** 23 of the 58 tensors of the prior's network have two dimensions. */
    @Test
    void weightDecayIsOnlyForMatrices() {
        FlowTrainingConfig config = LOADER.load("paper", List.of("network.width=8"));
        try (VelocityNetwork network = new VelocityNetwork(config.network(4));
                Optimizer optimizer = config.training().optimizer(network.namedParameters())) {
            assertThat(optimizer.parameterGroups()).extracting(g -> g.parameters().size()).containsExactly(23, 35);
            assertThat(optimizer.parameterGroups()).extracting(g -> g.weightDecay()).containsExactly(1e-4, 0.0);
        }
    }

    @Test
    void valuesThatDoNotFitAreNamed() {
        assertThatThrownBy(() -> LOADER.load("quick", List.of("training.accumulation=3")))
                .isInstanceOf(RequestException.class)
                .hasMessage("config: training.accumulation must divide batch * flowMul = 1024, which 3 does not");
        assertThatThrownBy(() -> LOADER.load("quick", List.of("training.steps=99999999999")))
                .isInstanceOf(RequestException.class).hasMessage("config: training.steps must be a whole number from "
                        + "-2147483648 to 2147483647, not 99999999999");
    }

    /** As with PyTorch's LinearLR(start_factor=1e-5 / 1e-3, total_iters=100), of which only 20 steps are done. */
    @Test
    void aRunMayEndDuringTheWarmup() {
        FlowTrainingConfig.Training training = LOADER.load("quick", List.of("training.steps=20",
                "training.warmupSteps=100", "training.warmupStart=0.00001", "training.learningRate=0.001")).training();
        assertThat(training.schedule().at(0)).isEqualTo(1e-5);
        assertThat(training.schedule().at(19)).isCloseTo(1e-5 + 19 * (1e-3 - 1e-5) / 100, within(1e-12));
    }
}
