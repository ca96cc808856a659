package org.flowprior.train.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.fixtures.Banks;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.data.DataLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlowDataTest {

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final Console console = new Console(new PrintStream(said), Console.Level.NORMAL, false);

    private FlowData open(Path bank, String... settings) {
        List<String> all = new ArrayList<>(List.of("data.bank=" + bank, "evaluation.rows=40", "projection.kind=none"));
        all.addAll(List.of(settings));
        return open(FlowTrainingConfig.loader().load("quick", all), FlowData.FILE);
    }

    private FlowData open(FlowTrainingConfig config, String file) {
        FlowData data = FlowData.open(config);
        try {
            return data.prepare(directory.resolve(file), console);
        } catch (RuntimeException e) {
            data.close();
            throw e;
        }
    }

    private static Tensor batch(FlowData data, int count, Generator rows, Generator features) {
        try (DataLoader<Long, Tensor> batches = data.batches(count, rows, features)) {
            return batches.next();
        }
    }

    /** The draws of a batch are those of one call of randint, and none is drawn ahead. */
    @Test
    void theStateOfTheGeneratorIsThePosition() {
        try (FlowData data = open(Banks.numbered(directory.resolve("bank"), 240)); Scope scope = Scope.open();
                Generator rows = Generator.seeded(7); Generator same = Generator.seeded(7);
                DataLoader<Long, Tensor> batches = data.batches(16, rows, rows)) {
            for (int i = 0; i < 3; i++) {
                long[] numbers = Torch.randint(200, new long[] {16}, same).toLongArray();
                Tensor expected = data.training(200, "checked").indexSelect(0, Tensor.of(numbers));
                assertThat(batches.next().toDoubleArray()).isEqualTo(expected.toDoubleArray());
                assertThat(rows.state().equal(same.state())).isTrue();
            }
        }
    }

    /** 200 rows, of which 20,000 draws leave one out with probability 1e-52. */
    @ParameterizedTest
    @ValueSource(strings = {"data.cacheGigabytes=1", "data.cacheGigabytes=0"})
    void batchesHaveEveryRowButTheHeldOutOnes(String cache) {
        long before = Memory.liveTensors();
        try (FlowData data = open(Banks.numbered(directory.resolve("bank"), 240), cache); Scope scope = Scope.open();
                Generator rows = Generator.seeded(1)) {
            assertThat(data.isCached()).isEqualTo(cache.endsWith("1"));
            Set<Long> drawn = new HashSet<>();
            Arrays.stream(batch(data, 20_000, rows, rows).select(1, 0).toDoubleArray())
                    .forEach(x -> drawn.add((long) x));
            Set<Long> heldOut = new HashSet<>();
            Arrays.stream(data.heldOut().select(1, 0).toDoubleArray()).forEach(x -> heldOut.add((long) x));
            assertThat(heldOut).hasSize(40).containsExactlyInAnyOrderElementsOf(
                    Arrays.stream(data.heldOutRows()).boxed().toList());
            assertThat(drawn).hasSize(200).doesNotContainAnyElementsOf(heldOut);
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    @Test
    void featuresReadForEachStepAreThoseKeptOnTheDevice() {
        Path bank = Banks.normal(directory.resolve("bank"), 700, 6, 0.5);
        try (FlowData kept = open(bank); FlowData read = open(bank, "data.cacheGigabytes=0");
                Scope scope = Scope.open()) {
            try (Generator one = Generator.seeded(3); Generator other = Generator.seeded(3)) {
                assertThat(batch(kept, 50, one, null).toDoubleArray())
                        .isEqualTo(batch(read, 50, other, null).toDoubleArray());
            }
            assertThat(kept.heldOut().toDoubleArray()).isEqualTo(read.heldOut().toDoubleArray());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"data.cacheGigabytes=1", "data.cacheGigabytes=0"})
    void aFeatureThatIsNoNumberIsPlaced(String cache) throws IOException {
        Path bank = Banks.normal(directory.resolve("bank"), 400, 5, 1);
        Path shard = bank.resolve("features-00002-of-00002.safetensors");
        try (FileChannel file = FileChannel.open(shard, StandardOpenOption.WRITE)) {
            long place = file.size() - 4L * (100 - 17) * 5 + 4 * 3; // row 300 + 17, dimension 3
            file.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(Float.NaN).flip(), place);
        }
        assertThatThrownBy(() -> open(bank, cache)).isInstanceOf(RequestException.class).hasMessage(
                bank + ": row 317 is NaN in dimension 3; no flow can be trained on that, so make the bank again without it");
    }

    @Test
    void constantDimensionsAreNamed() {
        try (Scope scope = Scope.open()) {
            Tensor rows = Torch.randn(300, 6);
            rows.select(1, 2).fill_(3);
            rows.select(1, 5).fill_(0);
            try (FlowData data = open(Banks.write(directory.resolve("bank"), rows, false),
                    "projection.kind=average-pooling", "projection.dimension=6")) {
                assertThat(said.toString()).isEqualTo("""
                        warning: 2 of the dimensions of the bank's features are the same in every row: 2, 5
                        warning: 2 of the dimensions of the projected targets are the same in every row: 2, 5
                        """);
                assertThat(data.dimension()).isEqualTo(6);
            }
        }
    }

    @Test
    void aDeviationFarFromOneIsSaidAndUnitVarianceMendsIt() {
        Path bank = Banks.normal(directory.resolve("bank"), 700, 12, 0.1);
        try (FlowData data = open(bank, "projection.kind=random", "projection.dimension=4")) {
            assertThat(said.toString()).matches("warning: the projected targets have standard deviation 0\\.\\d+, the "
                    + "noise 1; --set projection.unitVariance=true brings them together\n");
            assertThat(data.projection().scale()).isEqualTo(1);
        }
        said.reset();
        try (FlowData data = open(FlowTrainingConfig.loader().load("quick", List.of("data.bank=" + bank,
                "evaluation.rows=40", "projection.dimension=4", "projection.unitVariance=true")),
                "other.safetensors"); Scope scope = Scope.open()) {
            assertThat(data.training(700, "test").std().item()).isCloseTo(1, within(1e-6));
            assertThat(said.toString()).isEmpty();
        }
    }

    @Test
    void aResumedRunHasTheProjectionOfTheFile() {
        Path bank = Banks.normal(directory.resolve("bank"), 700, 12, 1);
        String[] pca = {"projection.kind=pca", "projection.dimension=4", "projection.unitVariance=true"};
        try (FlowData first = open(bank, pca); FlowData second = open(bank, pca); Scope scope = Scope.open()) {
            assertThat(second.training(660, "x").toDoubleArray()).isEqualTo(first.training(660, "x").toDoubleArray());
            assertThat(second.projection().metadata()).isEqualTo(first.projection().metadata());
            assertThat(second.scaling()).isEqualTo(first.scaling());
        }
    }

    @Test
    void rowsThatAreDistributionsAreDrawnEachTime() {
        try (Scope scope = Scope.open()) {
            Path bank = Banks.write(directory.resolve("bank"), Torch.zeros(300, 4), true);
            try (FlowData data = open(bank); Generator rows = Generator.seeded(1);
                    Generator features = Generator.seeded(2)) {
                assertThat(data.isCached()).isFalse();
                assertThat(data.dimension()).isEqualTo(2);
                assertThat(batch(data, 2000, rows, features).std().item()).isCloseTo(1, within(0.1));
                assertThat(data.heldOut().toDoubleArray()).isEqualTo(data.heldOut().toDoubleArray());
            }
        }
    }

    @Test
    void aBankThatIsTooSmallAndNoBankAtAllAreRefused() {
        Path bank = Banks.numbered(directory.resolve("bank"), 60);
        assertThatThrownBy(() -> open(bank)).isInstanceOf(RequestException.class).hasMessage(bank + " has 60 rows: "
                + "holding out 40 (evaluation.rows) leaves too few to train on; lower it, or name a data.validationBank");
        try (FlowData data = open(bank, "data.validationBank=" + bank); Scope scope = Scope.open()) {
            assertThat(data.trainingRows()).isEqualTo(60);
            assertThat(data.heldOut().shape()).containsExactly(40, 2);
        }
        assertThatThrownBy(() -> open(Path.of(""))).isInstanceOf(RequestException.class)
                .hasMessage("the config names no feature bank (data.bank); --bank DIR names it");
    }
}
