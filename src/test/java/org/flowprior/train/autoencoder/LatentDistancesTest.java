package org.flowprior.train.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowprior.config.RequestException;
import org.flowprior.fixtures.Banks;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.FlowPrior;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.target.AveragePooling;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@InScope
class LatentDistancesTest {

    /** 4 images of 5 tokens of 3 channels. */
    private static final int IMAGES = 4;

    @TempDir
    private static Path shared;
    private static FlowPrior prior;

    @BeforeAll
    static void writePriorAndBank() {
        try (Generator generator = Generator.seeded(5); Scope scope = Scope.open()) {
            prior = new FlowPrior(new FlowModel(new VelocityNetwork(new VelocityNetwork.Config(3, 0, 1, 8), generator),
                    TimeConvention.PAPER).freeze(), new AveragePooling(6, 3, 0.5), 2.5, Map.of());
            prior.write(shared.resolve("prior.safetensors"));
            Banks.write(shared.resolve("bank"), waves(40, 1.3, 6, 0.7).sin(), false);
            Tensor means = waves(40, 1.3, 6, 0.7).sin();
            Banks.write(shared.resolve("gaussian"), Torch.cat(List.of(means, means.mul(0)), 1), true);
        }
    }

    @AfterAll
    static void closePrior() {
        prior.close();
    }

    /** i a + j b for rows i and columns j. */
    private static Tensor waves(int rows, double a, int columns, double b) {
        return Torch.arange(rows).to(DType.FLOAT64).mul(a).unsqueeze(1)
                .add(Torch.arange(columns).to(DType.FLOAT64).mul(b)).to(DType.FLOAT32);
    }

    private static Tensor latents() {
        return waves(20, 0.9, 3, 1.1).cos().view(IMAGES, 5, 3);
    }

    private static AutoencoderTrainingConfig config(String... settings) {
        List<String> all = new ArrayList<>(List.of("model.latentTokens=5", "model.latentChannels=3",
                "evaluation.bank=" + shared.resolve("bank"),
                "loss.alignment.prior=" + shared.resolve("prior.safetensors")));
        all.addAll(List.of(settings));
        return AutoencoderTrainingConfig.loader().load("quick", all);
    }

    private static Map<String, Double> measured(AutoencoderTrainingConfig config, int... batches) {
        LatentDistances distances = new LatentDistances(config, prior, IMAGES);
        long from = 0;
        for (int batch : batches) {
            try (Scope inner = Scope.open()) {
                distances.add(latents().narrow(0, from, batch));
            }
            from += batch;
        }
        return distances.measured();
    }

    /**
     * F = np.sin(np.arange(40)[:, None] * 1.3 + np.arange(6) * .7)
     * T = (F * 2.5).reshape(40, 3, 2).mean(2) * .5
     * Z = np.cos(np.arange(20)[:, None] * .9 + np.arange(3) * 1.1)
     * r = np.sort(np.sqrt(((Z[:, None] - T) ** 2).sum(2)), 1); np.log(r[:, k - 1]).mean()
     */
    @ParameterizedTest
    @CsvSource({"1, -1.0046257131269893", "3, -0.7645361228125758", "5, -0.5454387731612151"})
    void featuresAreScaledAndProjectedAsThePriorSays(int k, double expected) {
        Map<String, Double> measured = measured(config("evaluation.k=" + k), IMAGES);
        assertThat(measured.get("meanLogDistance")).isCloseTo(expected, within(1e-5));
        assertThat(measured).containsEntry("k", (double) k).containsEntry("points", 20.0)
                .containsEntry("clampedDistances", 0.0);
    }

    @Test
    void theSameTokensAreDrawnHoweverTheyCome() {
        AutoencoderTrainingConfig some = config("evaluation.points=7");
        Map<String, Double> atOnce = measured(some, IMAGES);
        assertThat(atOnce).containsEntry("points", 7.0);
        assertThat(measured(some, 1, 3)).isEqualTo(atOnce);
        assertThat(measured(some, 1, 1, 1, 1)).isEqualTo(atOnce);
        assertThat(measured(config(), IMAGES).get("meanLogDistance")).isNotEqualTo(atOnce.get("meanLogDistance"));
        assertThat(measured(config("evaluation.points=7", "seed=1"), IMAGES).get("meanLogDistance"))
                .isNotEqualTo(atOnce.get("meanLogDistance"));
    }

    @Test
    void tokensThatMeetATargetAreCounted() {
        LatentDistances distances = new LatentDistances(config("evaluation.k=1"), prior, IMAGES);
        try (Scope inner = Scope.open()) {
            Tensor targets = prior.target(waves(40, 1.3, 6, 0.7).sin());
            distances.add(Torch.cat(List.of(targets.narrow(0, 0, 3), latents().view(20, 3).narrow(0, 3, 17)), 0)
                    .view(IMAGES, 5, 3));
        }
        assertThat(distances.measured()).containsEntry("clampedDistances", 3.0);
    }

    @Test
    void rowsOfAGaussianBankAreDrawnAlikeEachTime() {
        AutoencoderTrainingConfig config = config("evaluation.bank=" + shared.resolve("gaussian"));
        Map<String, Double> first = measured(config, IMAGES);
        assertThat(measured(config, IMAGES)).isEqualTo(first);
        assertThat(first.get("meanLogDistance")).isNotEqualTo(measured(config(), IMAGES).get("meanLogDistance"));
    }

    @Test
    void whatIsNoNumberHasNoDistance() {
        LatentDistances distances = new LatentDistances(config(), prior, IMAGES);
        try (Scope inner = Scope.open()) {
            distances.add(latents().div(0));
        }
        assertThat(distances.measured()).containsEntry("meanLogDistance", Double.NaN);
    }

    @Test
    void onlyChosenTokensAreKept() {
        LatentDistances distances = new LatentDistances(config("evaluation.points=7"), prior, IMAGES);
        long before = Memory.liveTensors();
        try (Scope inner = Scope.open()) {
            distances.add(latents());
        }
        assertThat(Memory.liveTensors()).isEqualTo(before + 1);
    }

    @Test
    void aBankThatDoesNotFitIsRefusedBeforeTheRun() {
        LatentDistances.requireFitting(config());
        LatentDistances.requireFitting(config("evaluation.bank=", "loss.alignment.prior="));
        assertThatThrownBy(() -> LatentDistances.requireFitting(config("loss.alignment.prior=")))
                .isInstanceOf(RequestException.class).hasMessageStartingWith("evaluation.bank needs a flow prior");
        assertThatThrownBy(() -> LatentDistances.requireFitting(config("evaluation.k=41")))
                .isInstanceOf(RequestException.class)
                .hasMessageEndingWith("bank has 40 rows, fewer than evaluation.k = 41; lower it");
        Path narrow = Banks.normal(shared.resolve("narrow"), 10, 4, 1);
        assertThatThrownBy(() -> LatentDistances.requireFitting(config("evaluation.bank=" + narrow)))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("narrow has features of 4 channels, the prior takes 6");
        assertThatThrownBy(() -> LatentDistances.requireFitting(config("evaluation.bank=" + shared)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("bank.json");
    }
}
