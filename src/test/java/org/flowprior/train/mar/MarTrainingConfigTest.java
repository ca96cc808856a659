package org.flowprior.train.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.RequestException;
import org.flowprior.torch.Precision;
import org.flowprior.torch.optim.LearningRateSchedule;
import org.flowprior.train.Logging;
import org.flowprior.train.mar.MarTrainingConfig.Schedule;
import org.junit.jupiter.api.Test;

class MarTrainingConfigTest {

    private static final ConfigLoader<MarTrainingConfig> LOADER = MarTrainingConfig.loader();

    /** Table 3 and App. C.4. */
    @Test
    void thePaperPresetHasThePrintedValues() {
        MarTrainingConfig config = LOADER.load("paper", List.of());
        MarTrainingConfig.Training training = config.training();
        assertThat(training.batch()).isEqualTo(256);
        assertThat(training.steps()).isEqualTo(250_000);
        assertThat(training.learningRate()).isEqualTo(1e-4);
        assertThat(training.schedule()).isEqualTo(Schedule.CONSTANT);
        assertThat(training.warmupSteps()).isEqualTo(62_500);
        assertThat(training.beta1()).isEqualTo(0.9);
        assertThat(training.beta2()).isEqualTo(0.999);
        assertThat(training.weightDecay()).isEqualTo(0.02);
        assertThat(training.clip()).isEqualTo(1);
        assertThat(training.ema()).isEqualTo(0.9999);
        assertThat(config.precision()).isEqualTo(Precision.BF16);
    }

    /** Specification C.4 and C.5: 2,502 steps an epoch, 400 epochs, warm-up 100, saved every 5. */
    @Test
    void theOfficialPresetIsWhatTheCodeRuns() {
        MarTrainingConfig config = LOADER.load("official", List.of());
        MarTrainingConfig.Training training = config.training();
        assertThat(training.batch()).isEqualTo(512);
        assertThat(training.steps()).isEqualTo(400 * 2502);
        assertThat(training.warmupSteps()).isEqualTo(100 * 2502);
        assertThat(training.learningRate()).isEqualTo(1e-4 * 512 / 256);
        assertThat(training.beta2()).isEqualTo(0.95);
        assertThat(training.clip()).isEqualTo(3);
        assertThat(config.seed()).isEqualTo(1);
        assertThat(config.log()).isEqualTo(new Logging(20, 5 * 2502, 2));
        LearningRateSchedule rate = training.rate();
        assertThat(rate.at(0)).isZero();
        assertThat(rate.at(1251)).isEqualTo(2e-4 * 0.5 / 100, within(1e-18));
        assertThat(rate.at(250_200)).isEqualTo(2e-4);
        assertThat(rate.at(1_000_799)).isEqualTo(2e-4);
    }

    @Test
    void bothHaveTheGeneratorOfThePublishedScript() {
        for (String preset : List.of("paper", "official")) {
            assertThat(LOADER.load(preset, List.of()).model()).isEqualTo(new MarModelConfig(768, 12, 12, 12, 4, 64,
                    true, 0.1, 0.1, 0.1, 0.7, new MarModelConfig.Head(MarModelConfig.HeadKind.FLOW, 6, 1024, 4), ""));
        }
    }

    /** Its clock begins where the warm-up ends: lr_schedule cosine of the script. */
    @Test
    void aCosineFallsAfterTheWarmUp() {
        LearningRateSchedule rate = LOADER.load("paper", List.of("training.schedule=cosine", "training.steps=1100",
                "training.warmupSteps=100", "training.lastRate=0.00002")).training().rate();
        assertThat(rate.at(50)).isEqualTo(5e-5, within(1e-18));
        assertThat(rate.at(100)).isEqualTo(1e-4, within(1e-18));
        assertThat(rate.at(600)).isEqualTo(6e-5, within(1e-18));
        assertThat(rate.at(1100)).isEqualTo(2e-5, within(1e-18));
    }

    @Test
    void theQuickPresetIsTheDefaultAndNeedsACacheOnly() {
        MarTrainingConfig config = LOADER.load(null, List.of("data.cache=some/where"));
        assertThat(config).isEqualTo(LOADER.load("quick", List.of("data.cache=some/where")));
        assertThat(config.withAbsolutePaths().data().cache()).startsWith("/").endsWith("/some/where");
        assertThat(config.withAbsolutePaths().data().validation()).isEmpty();
        assertThat(config.withAbsolutePaths().model()).isEqualTo(config.model());
    }

    @Test
    void aSizeIsSomeKeys() {
        MarModelConfig huge = LOADER.load("paper", MarModelConfig.Size.HUGE.assignments()).model();
        assertThat(huge.width()).isEqualTo(1280);
        assertThat(huge.encoderDepth()).isEqualTo(20).isEqualTo(huge.decoderDepth());
        assertThat(huge.heads()).isEqualTo(16);
        assertThat(huge.head()).isEqualTo(new MarModelConfig.Head(MarModelConfig.HeadKind.FLOW, 12, 1536, 4));
        assertThat(LOADER.load("paper", MarModelConfig.Size.BASE.assignments())).isEqualTo(LOADER.load("paper",
                List.of()));
    }

    @Test
    void valuesThatDoNotFitAreNamed() {
        assertThatThrownBy(() -> LOADER.load("quick", List.of("training.accumulation=3")))
                .isInstanceOf(RequestException.class)
                .hasMessage("config: training.accumulation must divide batch = 64, which 3 does not");
        assertThatThrownBy(() -> LOADER.load("quick", List.of("model.heads=5"))).isInstanceOf(RequestException.class)
                .hasMessage("config: model.heads must divide width = 192, which 5 does not");
        assertThatThrownBy(() -> LOADER.load("quick", List.of("model.labelDrop=1")))
                .isInstanceOf(RequestException.class)
                .hasMessage("config: model.labelDrop must be in [0, 1), not 1.0");
        assertThatThrownBy(() -> LOADER.load("quick", List.of("model.head.depth=0")))
                .isInstanceOf(RequestException.class).hasMessage("config: model.head.depth must be at least 1, not 0");
    }
}
