package org.flowprior.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.flowprior.fixtures.HashFill;
import org.flowprior.fixtures.KeyedWeights;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.InScope;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.vision.VisionTransformer;
import org.junit.jupiter.api.Test;

/** Golden values of the official code; adversary-golden.json has them out of the specification's autoencoder.json. */
@InScope
class AdversaryGoldenTest {

    record Golden(double[] readoutMeans, double[] logits, Map<String, double[]> after, double[] secondLogits,
            double[] secondMeanAndDeviation, double[] evaluated, double[] evaluatedMeanAndDeviation,
            double[] lpips, double[] patchGan, double[] maskBit, Map<String, Double> losses,
            double[] lecamAverages) {}

    private static final Golden GOLDEN = Resources.json("autoencoder/adversary-golden.json", Golden.class);

    private static void assertClose(Tensor actual, double[] expected, double tolerance) {
        assertThat(actual.toDoubleArray()).containsExactly(expected, within(tolerance));
    }

    private static void assertMeanAndDeviation(Tensor actual, double[] expected) {
        assertThat(new double[] {actual.mean().item(), actual.std().item()}).containsExactly(expected, within(2e-5));
    }

    private static Tensor image2() {
        return HashFill.byKey("image2", 1, 0, 2, 3, 256, 256);
    }

    @Test
    void dinoDiscriminator() {
        try (NoGrad noGrad = new NoGrad()) {
            VisionTransformer backbone = new VisionTransformer(DinoDiscriminator.backboneConfig());
            backbone.loadStateDict(KeyedWeights.state("dino.", backbone.stateDict()));
            try (DinoDiscriminator discriminator = new DinoDiscriminator(backbone)) {
                discriminator.loadStateDict(KeyedWeights.state("", discriminator.stateDict()));
                Tensor images = image2();
                double[] means = discriminator.readouts(images, Discriminator.Window.WHOLE).stream()
                        .mapToDouble(readout -> readout.abs().mean().item()).toArray();
                assertThat(means).containsExactly(GOLDEN.readoutMeans(), within(2e-5));

                Tensor first = discriminator.forward(images, Discriminator.Window.WHOLE);
                assertThat(first.shape()).containsExactly(2, 980);
                assertClose(first.flatten().slice(0, null, null, 7), GOLDEN.logits(), 1e-4);
                assertClose(Torch.stack(List.of(first.get(0, 196), first.get(1, 979))),
                        new double[] {0.460730, -0.828207}, 1e-4);
                assertMeanAndDeviation(first, new double[] {-0.013057, 0.839650});
                GOLDEN.after().forEach(
                        (key, values) -> assertClose(discriminator.stateDict().get(key).narrow(0, 0, 4), values, 2e-5));

                Tensor second = discriminator.forward(images, Discriminator.Window.WHOLE);
                assertClose(second.get(0).narrow(0, 0, 8), GOLDEN.secondLogits(), 1e-4);
                assertMeanAndDeviation(second, GOLDEN.secondMeanAndDeviation());

                discriminator.eval();
                Tensor evaluated = discriminator.forward(images, Discriminator.Window.WHOLE);
                assertClose(evaluated.get(0).narrow(0, 0, 8), GOLDEN.evaluated(), 1e-4);
                assertMeanAndDeviation(evaluated, GOLDEN.evaluatedMeanAndDeviation());
            }
        }
    }

    @Test
    void patchGan() {
        try (PatchGanDiscriminator discriminator = new PatchGanDiscriminator()) {
            checkPatches(discriminator, 30, GOLDEN.patchGan());
        }
    }

    @Test
    void maskBit() {
        try (MaskBitDiscriminator discriminator = new MaskBitDiscriminator()) {
            checkPatches(discriminator, 16, GOLDEN.maskBit());
        }
    }

    private static void checkPatches(Discriminator discriminator, long side, double[] expected) {
        try (NoGrad noGrad = new NoGrad()) {
            discriminator.loadStateDict(KeyedWeights.state("", discriminator.stateDict()));
            discriminator.eval();
            Tensor logits = discriminator.forward(image2(), Discriminator.Window.WHOLE);
            assertThat(logits.shape()).containsExactly(2, 1, side, side);
            Tensor values = Torch.cat(List.of(logits.get(0, 0, 0).narrow(0, 0, 8),
                    logits.get(1, 0, side - 1).narrow(0, side - 4, 4), logits.mean().view(1)));
            assertClose(values, expected, 2e-5);
        }
    }

    @Test
    void lpips() {
        try (NoGrad noGrad = new NoGrad(); Lpips lpips = new Lpips()) {
            lpips.stateDict().forEach((key, target) -> {
                if (!key.startsWith("scaling_layer.")) {
                    target.copy_(KeyedWeights.lpips(key, target.shape()));
                }
            });
            Tensor a = HashFill.byKey("imgA", 1, 0, 2, 3, 64, 64);
            Tensor b = HashFill.byKey("imgB", 1, 0, 2, 3, 64, 64);
            Tensor distance = lpips.forward(a, b);
            assertThat(distance.shape()).containsExactly(2, 1, 1, 1);
            assertClose(distance, GOLDEN.lpips(), 1e-5);
            assertThat(lpips.forward(a, a).toDoubleArray()).containsOnly(0);
        }
    }

    @Test
    void losses() {
        try (LeCam lecam = new LeCam()) {
            Tensor real = HashFill.byKey("lr", 2, 0, 2, 10);
            Tensor fake = HashFill.byKey("lf", 2, 0, 2, 10);
            AdversarialLoss official = AdversarialLoss.OFFICIAL_NON_SATURATING;
            lecam.update(real, fake);
            Map<String, Tensor> losses = Map.of(
                    "hinge_d", AdversarialLoss.HINGE.discriminator(real, fake),
                    "vanilla_d", AdversarialLoss.VANILLA.discriminator(real, fake),
                    "nonsat_d", official.discriminator(real, fake),
                    "hinge_g", AdversarialLoss.HINGE.generator(fake), "nonsat_g", official.generator(fake),
                    "lecam", lecam.loss(real, fake));
            losses.forEach((name, loss) -> assertThat(loss.item()).as(name).isCloseTo(GOLDEN.losses().get(name),
                    within(1e-6)));
            double[] averages = lecam.stateDict().values().stream().mapToDouble(Tensor::item).toArray();
            assertThat(averages).containsExactly(GOLDEN.lecamAverages(), within(1e-11));
        }
    }

    // ---- augmentation: the specification's table -------------------------------------------------------------------

    private static final DiffAugment.Draws NOTHING = DiffAugment.Draws.NONE;

    private static Tensor images() {
        return HashFill.byKey("aug", 1, 0, 2, 3, 8, 8);
    }

    private static double[] pixel(Tensor images, long row, long column) {
        return images.get(0).select(2, column).select(1, row).toDoubleArray();
    }

    @Test
    void colorsOneAfterTheOther() {
        // Brightness alone is U = .5 for the others: a factor of 1 in both.
        double[][] expected = {{0.426477, -0.555092, -0.333952}, {0.676477, -0.305092, -0.083952},
            {0.716810, -0.755543, -0.423833}, {0.528291, -0.698670, -0.422245}};
        double[][] numbers = {{.5, .5, .5}, {.75, .5, .5}, {.5, .75, .5}, {.5, .5, .75}};
        for (int i = 0; i < numbers.length; i++) {
            DiffAugment.Color color = new DiffAugment.Color(both(numbers[i][0]), both(numbers[i][1]),
                    both(numbers[i][2]));
            Tensor result = DiffAugment.STRONG.apply(images(), new DiffAugment.Draws(color, null, null));
            assertThat(pixel(result, 0, 0)).as("color " + i).containsExactly(expected[i], within(2e-6));
        }
    }

    private static Tensor both(double value) {
        return Tensor.of(new double[] {value, value}, 2);
    }

    @Test
    void translationsReadBesideAndFillWithZeros() {
        Tensor x = images();
        assertThat(pixel(translated(x, 1), 0, 0)).containsExactly(pixel(x, 1, 1));
        assertThat(pixel(translated(x, -1), 0, 0)).containsOnly(0);
        assertThat(pixel(translated(x, -1), 1, 1)).containsExactly(pixel(x, 0, 0));
    }

    private static Tensor translated(Tensor x, double by) {
        return DiffAugment.WEAK.apply(x,
                new DiffAugment.Draws(null, new DiffAugment.Translation(both(by), both(by)), null));
    }

    @Test
    void holesAreCutOffAtTheEdge() {
        assertThat(hole(0.2, 5)).containsExactly(4, 5);
        assertThat(hole(0.5, 0)).containsExactly(0, 1);
        assertThat(hole(0.5, 5)).containsExactly(3, 4, 5, 6);
        assertThat(DiffAugment.WEAK.apply(images(), NOTHING).equal(images())).isTrue();
    }

    /** The rows that are 0 in the middle of the hole, which are the columns too. */
    private static long[] hole(double cutout, double centre) {
        Tensor x = Torch.ones(2, 3, 8, 8);
        Tensor result = new DiffAugment(1, cutout).apply(x,
                new DiffAugment.Draws(null, null, new DiffAugment.Hole(both(centre), both(centre))));
        double[] rows = result.get(1, 2).sum(1).toDoubleArray();
        assertThat(result.get(1, 2).sum(0).toDoubleArray()).containsExactly(rows);
        long[] cut = LongStream.range(0, 8).filter(i -> rows[(int) i] < 8).toArray();
        assertThat(DoubleStream.of(rows).filter(r -> r < 8)).containsOnly(8.0 - cut.length);
        return cut;
    }
}
