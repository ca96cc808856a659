package org.flowprior.torch.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@InScope
class DataLoaderTest {

    private static final Map<String, LoaderOracle.Loaded> ORACLE = LoaderOracle.read().loaders();

    /** Item i is the vector (i, -i), made after a pause that makes later items ready before earlier ones. */
    private record Vectors(long size) implements Dataset<Tensor> {

        @Override
        public Tensor get(long index) {
            pause(index % 3 == 0 ? 3 : 0);
            return Torch.arange(2).mul(-2).add(1).mul(index);
        }
    }

    private static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(BooleanSupplier condition) {
        for (int i = 0; i < 1000 && !condition.getAsBoolean(); i++) {
            pause(10);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private static List<Long> first(Tensor batch) {
        return LongStream.of(batch.reshape(batch.size(0), -1).select(1, 0).toLongArray()).boxed().toList();
    }

    private static List<List<Long>> pass(DataLoader<?, List<Tensor>> loader) {
        List<List<Long>> batches = new ArrayList<>();
        loader.forEach(batch -> batches.add(first(batch.getFirst())));
        return batches;
    }

    private static List<List<Long>> next(DataLoader<?, Tensor> loader, int count) {
        List<List<Long>> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            try (Scope scope = Scope.open()) {
                batches.add(first(loader.next()));
            }
        }
        return batches;
    }

    // ---- order -----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"in-order, 7, 3, false, false, 0, -1", "shuffled, 11, 4, true, false, 0, -1",
        "shuffled-generator, 11, 4, true, false, 0, 5", "shuffled-drop, 12, 4, true, true, 0, 6",
        "workers, 23, 2, true, false, 0, 8", "workers, 23, 2, true, false, 3, 8", "shuffled, 11, 4, true, false, 2, -1"})
    void theOrderIsThatOfPyTorch(String name, long items, int batch, boolean shuffle, boolean dropLast, int workers,
            long seed) {
        Libtorch.manualSeed(11);
        DataLoaderOptions options = DataLoaderOptions.batchSize(batch).withShuffle(shuffle).withDropLast(dropLast)
                .withWorkers(workers);
        try (Generator generator = seed < 0 ? Generator.defaultOf(Device.CPU) : Generator.seeded(seed);
                DataLoader<List<Tensor>, List<Tensor>> loader = DataLoader.of(Dataset.of(Torch.arange(items)),
                        seed < 0 ? options : options.withGenerator(generator))) {
            List<List<List<Long>>> passes = List.of(pass(loader), pass(loader), pass(loader));
            assertThat(passes).isEqualTo(ORACLE.get(name).passes());
            assertThat(loader.size()).isEqualTo(passes.getFirst().size());
            assertThat(Torch.empty(new long[0], DType.INT64).random_(generator).itemNumber())
                    .isEqualTo(ORACLE.get(name).next());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void anyNumberOfWorkersGivesTheSameBatches(int workers) {
        DataLoaderOptions options = DataLoaderOptions.batchSize(3).withShuffle(true).withSeed(4);
        try (DataLoader<Tensor, Tensor> alone = DataLoader.of(new Vectors(17), options);
                DataLoader<Tensor, Tensor> many = DataLoader.of(new Vectors(17), options.withWorkers(workers))) {
            assertThat(next(many, 14)).isEqualTo(next(alone, 14));
        }
    }

    @Test
    void itemsComeWithoutBatches() {
        try (DataLoader<Tensor, Tensor> loader = DataLoader.items(new Vectors(5),
                DataLoaderOptions.DEFAULTS.withWorkers(2))) {
            List<List<Long>> seen = new ArrayList<>();
            loader.forEach(item -> seen.add(LongStream.of(item.toLongArray()).boxed().toList()));
            assertThat(seen).containsExactly(List.of(0L, 0L), List.of(1L, -1L), List.of(2L, -2L), List.of(3L, -3L),
                    List.of(4L, -4L));
        }
    }

    @Test
    void aBatchSamplerGivesTheBatches() {
        Sampler<long[]> odd = new BatchSampler(new SubsetRandomSampler(1, 3, 5), 2, false);
        try (DataLoader<Tensor, Tensor> loader = DataLoader.of(new Vectors(6),
                DataLoaderOptions.DEFAULTS.withBatchSampler(odd).withSeed(1))) {
            assertThat(next(loader, 2).stream().flatMap(List::stream)).containsExactlyInAnyOrder(1L, 3L, 5L);
        }
    }

    // ---- position --------------------------------------------------------------------------------------------------

    /** In the middle of passes, at their ends, and with what a file keeps of a position. */
    @ParameterizedTest
    @CsvSource({"0, true", "3, true", "0, false", "2, false"})
    void aSavedPositionGoesOnExactly(int workers, boolean seeded) {
        DataLoaderOptions options = DataLoaderOptions.batchSize(3).withShuffle(true).withWorkers(workers);
        Libtorch.manualSeed(1);
        for (int stop : new int[] {0, 1, 3, 4, 5, 9}) {
            try (DataLoader<Tensor, Tensor> whole = DataLoader.of(new Vectors(10), seeded ? options.withSeed(2)
                    : options);
                    DataLoader<Tensor, Tensor> second = DataLoader.of(new Vectors(10), seeded ? options.withSeed(3)
                            : options);
                    Generator random = Generator.defaultOf(Device.CPU)) {
                next(whole, stop);
                second.load(DataLoaderState.ofTensors(whole.state().toTensors()));
                Tensor state = random.state();
                List<List<Long>> rest = next(whole, 9);
                random.setState(state);
                assertThat(next(second, 9)).as("after " + stop).isEqualTo(rest);
                assertThat(second.state()).isEqualTo(whole.state());
            }
        }
    }

    @Test
    void aPositionOfOtherDataIsRefused() {
        try (DataLoader<Tensor, Tensor> loader = DataLoader.of(new Vectors(4), 2, false)) {
            loader.load(new DataLoaderState(0, 3));
            assertThatThrownBy(loader::next).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the loader's position is batch 3 of a pass of 2");
        }
        assertThatThrownBy(() -> new DataLoaderState(-1, 0)).hasMessageContaining("not negative");
        assertThatThrownBy(() -> DataLoaderState.ofTensors(Map.of())).hasMessageContaining("position and random");
    }

    @Test
    void anUnfinishedPassEndsWhenAnotherBegins() {
        try (DataLoader<Tensor, Tensor> loader = DataLoader.of(new Vectors(6),
                DataLoaderOptions.batchSize(2).withWorkers(2))) {
            Iterator<Tensor> unfinished = loader.iterator();
            assertThat(first(unfinished.next())).containsExactly(0L, 1L);
            assertThat(first(loader.iterator().next())).containsExactly(0L, 1L);
            assertThat(loader.state().pass()).isEqualTo(1);
            assertThatThrownBy(unfinished::hasNext).hasMessage("another pass of this loader has begun");
        }
    }

    // ---- tensors and threads ---------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void batchesBelongToTheScopeThatTakesThem(int workers, Scope test) {
        Tensor rows = Torch.arange(12).reshape(6, 2);
        int mine = test.size();
        long before = Memory.liveTensors();
        try (DataLoader<List<Tensor>, List<Tensor>> loader = DataLoader.of(Dataset.of(rows),
                DataLoaderOptions.batchSize(2).withWorkers(workers))) {
            Iterator<List<Tensor>> batches = loader.iterator();
            try (Scope scope = Scope.open()) {
                Tensor batch = batches.next().getFirst();
                assertThat(scope.size()).isEqualTo(1);
                assertThat(scope.owns(batch)).isTrue();
                assertThat(batch.toLongArray()).containsExactly(0, 1, 2, 3);
            }
            assertThat(test.size()).isEqualTo(mine);
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
        assertThat(rows.isOpen()).isTrue();
    }

    /** Stored tensors that a batch passes on stay their owner's. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void storedTensorsOutliveTheirBatches(int workers) {
        List<Map<String, Tensor>> stored = List.of(Map.of("x", Torch.arange(2)), Map.of("x", Torch.arange(3)));
        try (DataLoader<Map<String, Tensor>, Map<String, Tensor>> loader = DataLoader.items(Dataset.of(stored),
                DataLoaderOptions.DEFAULTS.withWorkers(workers))) {
            for (int pass = 0; pass < 2; pass++) {
                List<Long> sizes = new ArrayList<>();
                loader.forEach(item -> sizes.add(item.get("x").numel()));
                assertThat(sizes).containsExactly(2L, 3L);
            }
        }
        assertThat(stored).allSatisfy(item -> assertThat(item.get("x").isOpen()).isTrue());
    }

    @Test
    void closingFreesWhatNobodyTook() {
        long before = Memory.liveTensors();
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        Dataset<Tensor> data = new Vectors(100).map(tensor -> {
            threads.add(Thread.currentThread());
            return tensor.add(0);
        });
        try (DataLoader<Tensor, Tensor> loader = DataLoader.of(data, DataLoaderOptions.batchSize(2).withWorkers(3))) {
            try (Scope scope = Scope.open()) {
                loader.next();
            }
            await(() -> Memory.liveTensors() > before);
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
        assertThat(threads).hasSizeBetween(1, 3).doesNotContain(Thread.currentThread())
                .allSatisfy(thread -> assertThat(thread.join(Duration.ofSeconds(5))).isTrue());
    }

    @Test
    void onlySoMuchIsReadAhead() {
        AtomicInteger read = new AtomicInteger();
        Dataset<Integer> data = Dataset.of(LongStream.range(0, 100).boxed().toList()).map(i -> read.incrementAndGet());
        try (DataLoader<Integer, Tensor> loader = new DataLoader<>(data,
                DataLoaderOptions.batchSize(5).withWorkers(2).withPrefetchFactor(3), Collate.byDefault())) {
            loader.next();
            await(() -> read.get() >= 5 + 2 * 3 * 5);
            pause(20);
            assertThat(read).hasValue(5 + 2 * 3 * 5);
        }
        assertThatThrownBy(() -> DataLoader.of(data, 0, false)).hasMessageContaining("at least one item");
    }

    // ---- errors ----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void anExceptionOfAWorkerIsThrownWhereItsBatchWouldCome(int workers) {
        AtomicInteger failures = new AtomicInteger(2);
        Dataset<Long> data = new Dataset<>() {

            @Override
            public Long get(long index) throws IOException {
                if (index == 5 && failures.getAndDecrement() > 0) {
                    throw new IOException("item 5 is unreadable");
                }
                return index;
            }

            @Override
            public long size() {
                return 8;
            }
        };
        try (DataLoader<Long, Tensor> loader = new DataLoader<>(data,
                DataLoaderOptions.batchSize(2).withWorkers(workers), Collate.byDefault())) {
            assertThat(next(loader, 2)).containsExactly(List.of(0L, 1L), List.of(2L, 3L));
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(loader::next).isInstanceOf(UncheckedIOException.class)
                        .hasMessage("item 5 is unreadable");
                assertThat(loader.state().index()).isEqualTo(2);
            }
            assertThat(next(loader, 3)).containsExactly(List.of(4L, 5L), List.of(6L, 7L), List.of(0L, 1L));
        }
        try (DataLoader<Long, Tensor> loader = new DataLoader<>(data, DataLoaderOptions.DEFAULTS.withWorkers(workers),
                items -> {
                    throw new AssertionError("of the collate function");
                })) {
            assertThatThrownBy(loader::next).isInstanceOf(AssertionError.class).hasMessage("of the collate function");
        }
    }

    @Test
    void whatCannotBeLoadedIsRefused() {
        Dataset<Tensor> data = new Vectors(2);
        try (DataLoader<Tensor, Tensor> loader = DataLoader.of(data, DataLoaderOptions.batchSize(3).withDropLast(true))) {
            assertThat(loader.size()).isZero();
            assertThat(loader.iterator().hasNext()).isFalse();
            assertThatThrownBy(loader::next).isInstanceOf(NoSuchElementException.class)
                    .hasMessage("the data set of 2 items fills no batch");
            loader.close();
            assertThatThrownBy(loader::iterator).hasMessage("this loader is closed");
        }
        assertThatThrownBy(() -> DataLoader.of(new Vectors(0), 1, true)).isInstanceOf(IllegalArgumentException.class);
        DataLoaderOptions ordered = DataLoaderOptions.DEFAULTS.withSampler(new SequentialSampler(2));
        assertThatThrownBy(() -> ordered.withShuffle(true)).hasMessageContaining("either a sampler or shuffle");
        assertThatThrownBy(() -> ordered.withBatchSampler(new BatchSampler(new SequentialSampler(2), 1, true)))
                .hasMessageContaining("no batchSize, shuffle, sampler or dropLast of its own");
        assertThatThrownBy(() -> DataLoader.items(data, DataLoaderOptions.batchSize(2)))
                .hasMessageContaining("single items");
    }
}
