package org.flowprior.torch.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class DatasetTest {

    private static final LoaderOracle ORACLE = LoaderOracle.read();

    private static <T> List<T> all(Dataset<T> data) throws IOException {
        List<T> items = new ArrayList<>();
        for (long i = 0; i < data.size(); i++) {
            items.add(data.get(i));
        }
        return items;
    }

    @Test
    @InScope
    void tensorsGiveTheirRows() {
        Dataset<List<Tensor>> data = Dataset.of(Torch.arange(6).reshape(3, 2), Torch.arange(3).mul(10));
        assertThat(data.size()).isEqualTo(3);
        TensorDataset rows = (TensorDataset) data;
        assertThat(rows.get(1).get(0).toLongArray()).containsExactly(2, 3);
        assertThat(rows.get(1).get(1).item()).isEqualTo(10);
        assertThatThrownBy(() -> rows.get(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Dataset.of(Torch.arange(2), Torch.arange(3))).hasMessageContaining("[[2], [3]]");
        assertThatThrownBy(TensorDataset::new).hasMessageContaining("not the shapes []");
    }

    @Test
    void partsAndMapsComeInTheirOrder() throws IOException {
        Dataset<Long> numbers = Dataset.range(5);
        assertThat(all(numbers.subset(3, 0, 3))).containsExactly(3L, 0L, 3L);
        assertThat(all(numbers.map(i -> "n" + i))).containsExactly("n0", "n1", "n2", "n3", "n4");
        assertThat(all(Dataset.concat(List.of(Dataset.range(3), Dataset.<Long>of(List.of()), Dataset.range(4)))))
                .isEqualTo(ORACLE.concat());
        assertThat(all(Dataset.of(List.of("a", "b")))).containsExactly("a", "b");
        assertThatThrownBy(() -> numbers.subset(5)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Dataset.concat(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void randomPartsAreThoseOfPyTorch() throws IOException {
        try (Generator generator = Generator.seeded(4); Generator again = Generator.seeded(4)) {
            assertThat(items(Dataset.range(10).randomSplit(new long[] {5, 2, 3}, generator)))
                    .isEqualTo(ORACLE.splits().get("lengths"));
            assertThat(items(Dataset.range(11).randomSplit(new double[] {0.5, 0.3, 0.2}, again)))
                    .isEqualTo(ORACLE.splits().get("fractions"));
        }
        assertThat(items(Dataset.range(4).randomSplit(3, 1)).stream().flatMap(List::stream))
                .containsExactlyInAnyOrder(0L, 1L, 2L, 3L);
        assertThatThrownBy(() -> Dataset.range(4).randomSplit(3, 2)).hasMessage("the parts of a data set of 4 items "
                + "cannot have [3, 2]");
        assertThatThrownBy(() -> Dataset.range(4).randomSplit(new double[] {0.5, 0.6}, null))
                .hasMessageContaining("add up to 1");
    }

    private static List<List<Long>> items(List<Dataset<Long>> parts) throws IOException {
        List<List<Long>> items = new ArrayList<>();
        for (Dataset<Long> part : parts) {
            items.add(all(part));
        }
        return items;
    }

    @TestFactory
    Stream<DynamicTest> samplersGiveTheOrdersOfPyTorch() {
        double[] weights = {0.1, 3, 0, 1, 0.5};
        double[] positive = {0.1, 3, 0.2, 1, 0.5};
        return Stream.of(new Named("permutation", new RandomSampler(9)),
                new Named("longer", new RandomSampler(9, false, 21)),
                new Named("replacement", new RandomSampler(9, true, 70)),
                new Named("subset", new SubsetRandomSampler(4, 8, 15, 16, 23)),
                new Named("weighted", new WeightedRandomSampler(weights, 12)),
                new Named("weighted-once", new WeightedRandomSampler(positive, 4, false)))
                .map(named -> DynamicTest.dynamicTest(named.name, () -> {
                    try (Generator generator = Generator.seeded(21)) {
                        List<List<Long>> passes = IntStream.range(0, 2)
                                .mapToObj(i -> list(named.sampler.pass(i, () -> generator))).toList();
                        assertThat(passes).isEqualTo(ORACLE.samplers().get(named.name));
                        assertThat(named.sampler.size()).isEqualTo(passes.getFirst().size());
                    }
                }));
    }

    private record Named(String name, Sampler<Long> sampler) {}

    private static <T> List<T> list(Iterator<T> all) {
        List<T> items = new ArrayList<>();
        all.forEachRemaining(items::add);
        return items;
    }

    @Test
    void batchesOfASamplerEndAsTheyShould() {
        Supplier<Generator> none = () -> {
            throw new AssertionError("an order without random numbers needs no generator");
        };
        BatchSampler all = new BatchSampler(new SequentialSampler(5), 2, false);
        assertThat(list(all.pass(0, none)).stream().map(LongStream::of).map(LongStream::boxed).map(Stream::toList))
                .containsExactly(List.of(0L, 1L), List.of(2L, 3L), List.of(4L));
        assertThat(all.size()).isEqualTo(3);
        BatchSampler full = new BatchSampler(new SequentialSampler(5), 2, true);
        assertThat(list(full.pass(0, none))).hasSize(2).hasSize((int) full.size());
        assertThat(new BatchSampler(new SequentialSampler(4), 2, false).size()).isEqualTo(2);
        assertThatThrownBy(() -> new RandomSampler(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
