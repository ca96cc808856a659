package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is written is read again: maps of up to six tensors of any dtype and up to four dimensions of 0 to 4, some of
 * them not contiguous, under any names.
 */
class RoundTripTest {

    private static final int TRIES = 100;
    private static final int SEEDS = 4;
    /** Characters of one to four bytes in UTF-8, and those that JSON, zip files and pickles treat in a special way. */
    private static final int[] CHARACTERS =
            "aZ09 ./\\\"'\n\t\u0001\u007f\u0080\u00e9\u07ff\u0800\u2028\ud7ff\ue000\uffff{}[]:,"
                    .codePoints().toArray();
    private static final int[] ASTRAL = {0x10000, 0x1f600, 0x10ffff};

    @TempDir
    private Path directory;

    /** A tensor to be made; transposed tensors are not contiguous. */
    private record Plan(DType dtype, long[] shape, boolean transposed) {

        static Plan of(SplittableRandom random) {
            DType[] dtypes = DType.values();
            return new Plan(dtypes[random.nextInt(dtypes.length)],
                    random.ints(random.nextInt(5), 0, 5).asLongStream().toArray(), random.nextBoolean());
        }

        Tensor make(String name) {
            Tensor tensor = Payload.tensor(name, dtype, shape);
            return transposed && shape.length > 1 ? tensor.transpose(0, 1) : tensor;
        }
    }

    private static IntStream seeds() {
        return IntStream.range(0, SEEDS);
    }

    private static String name(SplittableRandom random) {
        int[] points = new int[random.nextInt(21)];
        for (int i = 0; i < points.length; i++) {
            points[i] = switch (random.nextInt(4)) {
                case 0 -> ASTRAL[random.nextInt(ASTRAL.length)];
                case 1 -> random.nextInt(1, 0xd800);
                default -> CHARACTERS[random.nextInt(CHARACTERS.length)];
            };
        }
        return new String(points, 0, points.length);
    }

    private static Map<String, Tensor> make(SplittableRandom random, Set<DType> without) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int count = random.nextInt(7); count > 0; count--) {
            String name = name(random);
            Plan plan = Plan.of(random);
            if (!without.contains(plan.dtype())) {
                tensors.put(name, plan.make(name));
            }
        }
        return tensors;
    }

    private void examine(int seed, Set<DType> without, BiConsumer<Path, Map<String, Tensor>> check) {
        Path file = directory.resolve("tensors");
        SplittableRandom random = new SplittableRandom(seed);
        List<Integer> counts = new ArrayList<>();
        for (int i = 0; i < TRIES / SEEDS; i++) {
            long before = Memory.liveTensors();
            try (Scope scope = Scope.open()) {
                Map<String, Tensor> tensors = make(random, without);
                counts.add(tensors.size());
                check.accept(file, tensors);
            }
            assertThat(Memory.liveTensors()).isEqualTo(before);
        }
        assertThat(counts).contains(0).anyMatch(count -> count > 3);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void safetensors(int seed) {
        examine(seed, Payload.NOT_IN_SAFETENSORS, (file, tensors) -> {
            Safetensors.write(file, tensors, Map.of("k", "v"));
            assertThat(Payload.describe(Safetensors.read(file)))
                    .containsExactlyInAnyOrderElementsOf(Payload.describe(tensors));
            assertThat(Payload.describe(Safetensors.load(file)))
                    .containsExactlyInAnyOrderElementsOf(Payload.describe(tensors));
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void pt(int seed) {
        examine(seed, Set.of(), (file, tensors) -> {
            PtFile.write(file, tensors);
            assertThat(Payload.describe(PtFile.readStateDict(file))).isEqualTo(Payload.describe(tensors));
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void npz(int seed) {
        examine(seed, Payload.NOT_IN_NUMPY, (file, tensors) -> {
            Npz.write(file, tensors);
            assertThat(Payload.describe(Npz.read(file))).isEqualTo(Payload.describe(tensors));
        });
    }
}
