package org.flowprior.train.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.flowprior.config.RequestException;
import org.flowprior.fixtures.Caches;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarDataTest {

    @TempDir
    private Path directory;

    private static MarTrainingConfig config(Path cache, String... settings) {
        List<String> all = new ArrayList<>(List.of("data.cache=" + cache, "training.batch=8", "evaluation.images=10",
                "evaluation.batch=4", "data.flip=true"));
        all.addAll(List.of(settings));
        return MarTrainingConfig.loader().load("quick", all);
    }

    private Path numbered() {
        return Caches.numbered(directory.resolve("cache"), 60, null, true);
    }

    /** The tokens of those steps, divided by the scaling: plus or minus the image's number plus 1. */
    private static List<double[]> steps(MarTrainingConfig config, int first, int last) {
        List<double[]> steps = new ArrayList<>();
        try (MarData data = MarData.open(config); Generator flips = Generator.seeded(1);
                Generator latents = Generator.seeded(2)) {
            for (int step = 1; step <= last; step++) {
                try (Scope scope = Scope.open()) {
                    MarData.Batch batch = data.batch(step, flips, latents);
                    if (step >= first) {
                        steps.add(batch.tokens().div(data.scaling()).toDoubleArray());
                    }
                }
            }
        }
        return steps;
    }

    private static long[] images(List<double[]> steps) {
        return steps.stream().flatMapToDouble(Arrays::stream).mapToLong(x -> Math.round(Math.abs(x)) - 1).sorted()
                .toArray();
    }

    @Test
    void aPassHasEveryTrainingImageOnceInAnOrderOfItsOwn() {
        MarTrainingConfig config = config(numbered(), "training.batch=10");
        try (MarData data = MarData.open(config)) {
            assertThat(data.trainingImages()).isEqualTo(50);
            assertThat(data.heldOutImages()).isEqualTo(10);
            assertThat(data.stepsOfPass()).isEqualTo(5);
            assertThat(data.classes()).isEqualTo(Caches.CLASSES);
        }
        long[] first = images(steps(config, 1, 5));
        assertThat(first).hasSize(50).doesNotHaveDuplicates();
        assertThat(images(steps(config, 6, 10))).isEqualTo(first);
        assertThat(images(steps(config, 6, 6))).isNotEqualTo(images(steps(config, 1, 1)));
        assertThat(images(steps(config(Path.of(config.data().cache()), "training.batch=10", "seed=1"), 1, 1)))
                .isNotEqualTo(images(steps(config, 1, 1)));
    }

    @Test
    void whatDoesNotFillABatchIsLeftOutOfThePass() {
        MarTrainingConfig config = config(numbered());
        assertThat(images(steps(config, 1, 6))).hasSize(48).doesNotHaveDuplicates();
        assertThat(images(steps(config, 7, 12))).hasSize(48).doesNotHaveDuplicates();
    }

    @Test
    void heldOutImagesAreNeverTrainedOnAndAlwaysTheSame() {
        MarTrainingConfig config = config(numbered(), "training.batch=10");
        try (MarData data = MarData.open(config)) {
            List<double[]> batches = new ArrayList<>();
            List<Long> labels = new ArrayList<>();
            data.validate(batch -> {
                batches.add(batch.tokens().div(data.scaling()).toDoubleArray());
                Arrays.stream(batch.labels().toLongArray()).forEach(labels::add);
            });
            assertThat(batches).extracting(b -> b.length).containsExactly(4, 4, 2);
            double[] values = batches.stream().flatMapToDouble(Arrays::stream).toArray();
            assertThat(Arrays.stream(values)).allMatch(x -> x > 0);
            long[] heldOut = images(batches);
            assertThat(images(steps(config, 1, 5))).doesNotContain(heldOut).hasSize(50);
            assertThat(labels).containsExactlyElementsOf(Arrays.stream(heldOut).mapToObj(i -> i % 3).toList());
            List<double[]> again = new ArrayList<>();
            data.validate(batch -> again.add(batch.tokens().div(data.scaling()).toDoubleArray()));
            assertThat(again).usingRecursiveComparison().isEqualTo(batches);
        }
    }

    /** 600 fair flips: 300 expected, deviation 12. */
    @Test
    void everyOtherImageIsFlippedUnlessTheConfigSaysOtherwise() {
        Path cache = numbered();
        double[] flipped = steps(config(cache, "training.batch=10"), 1, 60).stream().flatMapToDouble(Arrays::stream)
                .toArray();
        assertThat(Arrays.stream(flipped).filter(x -> x < 0).count()).isBetween(240L, 360L);
        assertThat(steps(config(cache, "data.flip=false"), 1, 20)).allMatch(b -> Arrays.stream(b).allMatch(x -> x > 0));
    }

    @Test
    void labelsAndScalingAreTheCachesOrTheConfigs() {
        Path cache = numbered();
        for (String scaling : List.of("2", "0.25")) {
            MarTrainingConfig config = scaling.equals("2") ? config(cache) : config(cache, "data.scaling=" + scaling);
            try (MarData data = MarData.open(config); Generator flips = Generator.seeded(1);
                    Scope scope = Scope.open()) {
                MarData.Batch batch = data.batch(1, flips, null);
                assertThat(batch.tokens().shape()).containsExactly(8, 1, 1);
                assertThat(batch.tokens().dtype()).isEqualTo(DType.FLOAT32);
                double[] values = batch.tokens().toDoubleArray();
                long[] labels = batch.labels().toLongArray();
                for (int i = 0; i < 8; i++) {
                    long image = Math.round(Math.abs(values[i]) / Double.parseDouble(scaling)) - 1;
                    assertThat(labels[i]).isEqualTo(image % 3);
                }
            }
        }
    }

    /** exp(-30 / 2) is nothing; of exp(2 / 2) each reading is another. Evaluation takes the means. */
    @Test
    void latentsOfDistributionsAreDrawnAnewEachTime() {
        MarTrainingConfig config = config(Caches.numbered(directory.resolve("kl"), 60, 2.0, true), "training.batch=50",
                "data.flip=false");
        List<double[]> drawn = steps(config, 1, 2);
        assertThat(images(drawn)).isNotEqualTo(images(steps(config(numbered(), "training.batch=50",
                "data.flip=false"), 1, 2)));
        double[] one = drawn.get(0).clone();
        double[] two = drawn.get(1).clone();
        Arrays.sort(one);
        Arrays.sort(two);
        assertThat(one).isNotEqualTo(two);
        try (MarData data = MarData.open(config)) {
            data.validate(batch -> assertThat(Arrays.stream(batch.tokens().div(2).toDoubleArray()))
                    .allMatch(x -> x == Math.rint(x)));
        }
    }

    @Test
    void cachesThatDoNotFitAreNamed() {
        Path cache = numbered();
        assertThatThrownBy(() -> MarData.open(config(Path.of("")))).isInstanceOf(RequestException.class)
                .hasMessage("the config names no latent cache (data.cache); --cache DIR names it");
        assertThatThrownBy(() -> MarData.open(config(cache, "training.batch=51"))).isInstanceOf(RequestException.class)
                .hasMessage(cache + " has 50 images to train on, fewer than a batch of 51; lower training.batch");
        assertThatThrownBy(() -> MarData.open(config(cache, "evaluation.images=31")))
                .isInstanceOf(RequestException.class).hasMessageContaining("60 images: holding out 31");
        Path plain = Caches.numbered(directory.resolve("plain"), 20, null, false);
        assertThatThrownBy(() -> MarData.open(config(plain))).isInstanceOf(RequestException.class)
                .hasMessage(plain + " holds no flipped images; --set data.flip=false trains without");
        Path wide = Caches.normal(directory.resolve("wide"), 20, 1, 3);
        assertThatThrownBy(() -> MarData.open(config(cache, "data.validation=" + wide)))
                .isInstanceOf(RequestException.class).hasMessage(wide + " has 1 tokens of 3 channels and 3 classes, "
                        + cache + " has 1 tokens of 1 channels and 3 classes: they cannot be compared");
        assertThat(MarData.open(config(cache, "data.validation=" + plain, "training.batch=60"))).satisfies(data -> {
            assertThat(data.trainingImages()).isEqualTo(60);
            assertThat(data.heldOutImages()).isEqualTo(10);
            data.close();
        });
    }

    @Test
    void nothingIsMeasuredWhereTheConfigHoldsOutNoImages() {
        try (MarData data = MarData.open(config(numbered(), "evaluation.images=0"))) {
            assertThat(data.trainingImages()).isEqualTo(60);
            data.validate(batch -> {
                throw new AssertionError("no image is held out");
            });
        }
    }

    @Test
    void leavesNoTensorsBehind() {
        MarTrainingConfig config = config(numbered());
        long before = Memory.liveTensors();
        steps(config, 1, 9);
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }
}
