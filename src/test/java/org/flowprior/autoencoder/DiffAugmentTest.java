package org.flowprior.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

/** Augmentation against PyTorch's numbers, which {@code tools/oracle/adversary.py} wrote in the documented order. */
@InScope
class DiffAugmentTest {

    @Test
    void drawsInTheDocumentedOrderGivePyTorchsImagesAndGradients() {
        boolean skipped = false;
        for (AdversaryRecords.Augmented expected : AdversaryRecords.PYTORCH.augmentations()) {
            try (Scope scope = Scope.open(); Generator generator = Generator.seeded(expected.seed())) {
                DiffAugment augment = new DiffAugment(expected.probability(), expected.cutout());
                Tensor x = Torch.randn(new long[] {3, 3, 16, 24}, generator).requiresGrad_(true);
                DiffAugment.Draws draws = augment.draw(x, generator, generator);
                assertThat(new boolean[] {draws.color() != null, draws.translation() != null, draws.hole() != null})
                        .containsExactly(expected.done());
                Tensor y = augment.apply(x, draws);
                y.mul(Torch.randn(new long[] {3, 3, 16, 24}, generator)).sum().backward();
                expected.result().assertIs("images", y, 1e-5);
                expected.gradient().assertIs("gradient", x.grad(), 1e-5);
                skipped |= draws.color() == null || draws.translation() == null || draws.hole() == null;
            }
        }
        assertThat(skipped).as("a case that leaves something out").isTrue();
    }

    @Test
    void theBatchAndItsImagesDrawFromGeneratorsOfTheirOwn() {
        try (Generator batch = Generator.seeded(1); Generator image = Generator.seeded(2);
                Generator twin = Generator.seeded(2)) {
            Tensor x = Torch.zeros(4, 3, 8, 8);
            DiffAugment.Draws draws = DiffAugment.STRONG.draw(x, batch, image);
            assertThat(draws.color().brightness().equal(Torch.rand(new long[] {4}, twin))).isTrue();
            try (Generator three = Generator.seeded(1)) {
                Torch.rand(new long[] {1}, three);
                Torch.rand(new long[] {1}, three);
                Torch.rand(new long[] {1}, three);
                assertThat(batch.state().equal(three.state())).isTrue();
            }
        }
    }

    @Test
    void rangesReachTheEdges() {
        try (Generator generator = Generator.seeded(1)) {
            DiffAugment.Draws draws = DiffAugment.STRONG.draw(Torch.zeros(2000, 1, 16, 8), generator, generator);
            assertRange(draws.translation().rows(), -2, 2);
            assertRange(draws.translation().columns(), -1, 1);
            assertRange(draws.hole().rows(), 0, 16);
            assertRange(draws.hole().columns(), 0, 8);
            // An odd side, 3 of 16: one centre less.
            DiffAugment odd = new DiffAugment(1, 0.2);
            assertRange(odd.draw(Torch.zeros(2000, 1, 16, 8), generator, generator).hole().rows(), 0, 15);
        }
    }

    private static void assertRange(Tensor numbers, long smallest, long largest) {
        assertThat(numbers.min().item()).isEqualTo(smallest);
        assertThat(numbers.max().item()).isEqualTo(largest);
    }

    @Test
    void aProbabilityOfZeroLeavesTheImagesAsTheyAre() {
        try (Generator generator = Generator.seeded(1)) {
            Tensor x = Torch.randn(2, 3, 8, 8);
            assertThat(new DiffAugment(0, 0.5).apply(x, generator, generator).equal(x)).isTrue();
            assertThatThrownBy(() -> new DiffAugment(1.5, 0.2)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new DiffAugment(1, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
            DiffAugment.Translation three = new DiffAugment.Translation(Torch.zeros(3), Torch.zeros(3));
            assertThatThrownBy(() -> DiffAugment.WEAK.apply(x, new DiffAugment.Draws(null, three, null)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("must be [2], not [3]");
            assertThatThrownBy(() -> DiffAugment.WEAK.apply(Torch.zeros(3, 8, 8), DiffAugment.Draws.NONE))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[B, C, H, W]");
        }
    }
}
