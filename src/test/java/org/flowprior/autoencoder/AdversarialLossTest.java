package org.flowprior.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Values and gradients against PyTorch's, which {@code tools/oracle/adversary.py} wrote. */
@InScope
class AdversarialLossTest {

    private static final AdversaryRecords.Losses EXPECTED = AdversaryRecords.PYTORCH.losses();

    private List<Tensor> logits;

    @BeforeEach
    void drawLogits() {
        logits = new ArrayList<>();
        try (Generator generator = Generator.seeded(EXPECTED.seed())) {
            for (int i = 0; i < 4; i++) {
                logits.add(Torch.randn(new long[] {3, 7}, generator).mul(2));
            }
        }
    }

    private static void check(AdversaryRecords.Graded expected, List<Tensor> tensors,
            Function<List<Tensor>, Tensor> loss) {
        List<Tensor> leaves = tensors.stream().map(t -> t.clone().requiresGrad_(true)).toList();
        Tensor value = loss.apply(leaves);
        assertThat(value.dim()).isZero();
        assertThat(value.item()).isCloseTo(expected.value(), within(1e-6));
        value.backward();
        for (int i = 0; i < leaves.size(); i++) {
            assertThat(leaves.get(i).grad().toDoubleArray()).containsExactly(expected.gradients()[i], within(1e-7));
        }
    }

    @Test
    void valuesAndGradientsArePyTorchs() {
        assertThat(EXPECTED.discriminator()).hasSameSizeAs(AdversarialLoss.values());
        for (AdversarialLoss loss : AdversarialLoss.values()) {
            String name = loss.name().toLowerCase(Locale.ROOT);
            check(EXPECTED.discriminator().get(name), logits.subList(0, 2),
                    l -> loss.discriminator(l.get(0), l.get(1)));
            check(EXPECTED.generator().get(name), logits.subList(1, 2), l -> loss.generator(l.getFirst()));
        }
    }

    @Test
    void consistencyHasGradientsOnBothSides() {
        check(EXPECTED.consistency(), logits,
                l -> AdversarialLoss.consistency(l.get(0), l.get(1), l.get(2), l.get(3)));
    }

    @Test
    void lecamHoldsToAveragesThatAreItsState() {
        try (LeCam lecam = new LeCam(); LeCam resumed = new LeCam()) {
            lecam.update(logits.get(0), logits.get(1));
            lecam.update(logits.get(2), logits.get(3));
            resumed.loadStateDict(lecam.stateDict());
            for (LeCam each : List.of(lecam, resumed)) {
                Map<String, Tensor> averages = each.stateDict();
                assertThat(averages.keySet()).containsExactly("real", "fake");
                assertThat(averages.values().stream().mapToDouble(Tensor::item).toArray())
                        .containsExactly(EXPECTED.lecamAverages(), within(1e-10));
                check(EXPECTED.lecam(), logits.subList(0, 2), l -> each.loss(l.get(0), l.get(1)));
            }
            Tensor real = logits.get(0).clone().requiresGrad_(true);
            Tensor loss = lecam.loss(real, logits.get(1));
            lecam.update(real, logits.get(1));
            loss.backward();
            assertThat(real.grad()).as("the averages may move before backward").isNotNull();
        }
    }
}
