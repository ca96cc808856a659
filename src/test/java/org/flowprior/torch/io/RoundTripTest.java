package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.flowprior.torch.DType;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

class RoundTripTest {

    private Path file;

    /** A tensor to be made; transposed tensors are not contiguous. */
    record Plan(DType dtype, List<Integer> shape, boolean transposed) {

        Tensor make(String name) {
            long[] sizes = shape.stream().mapToLong(Integer::longValue).toArray();
            Tensor tensor = Payload.tensor(name, dtype, sizes);
            return transposed && sizes.length > 1 ? tensor.transpose(0, 1) : tensor;
        }
    }

    @BeforeProperty
    void createFile() throws IOException {
        file = Files.createTempFile("flowprior", ".tensors");
    }

    @AfterProperty
    void deleteFile() throws IOException {
        Files.delete(file);
    }

    @Provide
    Arbitrary<Map<String, Plan>> plans() {
        Arbitrary<String> names = Arbitraries.strings().excludeChars('\0').ofMaxLength(20)
                .filter(s -> !s.equals("__metadata__") && StandardCharsets.UTF_8.newEncoder().canEncode(s));
        Arbitrary<Plan> plan = Combinators.combine(Arbitraries.of(DType.class),
                Arbitraries.integers().between(0, 4).list().ofMaxSize(4), Arbitraries.of(true, false)).as(Plan::new);
        return Arbitraries.maps(names, plan).ofMaxSize(6);
    }

    private static Map<String, Tensor> make(Map<String, Plan> plans, Set<DType> without) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        plans.forEach((name, plan) -> {
            if (!without.contains(plan.dtype())) {
                tensors.put(name, plan.make(name));
            }
        });
        return tensors;
    }

    private static void inScope(Runnable body) {
        long before = Memory.liveTensors();
        try (Scope scope = Scope.open()) {
            body.run();
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    @Property(tries = 100)
    void safetensors(@ForAll("plans") Map<String, Plan> plans) {
        inScope(() -> {
            Map<String, Tensor> tensors = make(plans, Payload.NOT_IN_SAFETENSORS);
            Safetensors.write(file, tensors, Map.of("k", "v"));
            assertThat(Payload.describe(Safetensors.read(file)))
                    .containsExactlyInAnyOrderElementsOf(Payload.describe(tensors));
            assertThat(Payload.describe(Safetensors.load(file)))
                    .containsExactlyInAnyOrderElementsOf(Payload.describe(tensors));
        });
    }

    @Property(tries = 100)
    void pt(@ForAll("plans") Map<String, Plan> plans) {
        inScope(() -> {
            Map<String, Tensor> tensors = make(plans, Set.of());
            PtFile.write(file, tensors);
            assertThat(Payload.describe(PtFile.readStateDict(file))).isEqualTo(Payload.describe(tensors));
        });
    }

    @Property(tries = 100)
    void npz(@ForAll("plans") Map<String, Plan> plans) {
        inScope(() -> {
            Map<String, Tensor> tensors = make(plans, Payload.NOT_IN_NUMPY);
            Npz.write(file, tensors);
            assertThat(Payload.describe(Npz.read(file))).isEqualTo(Payload.describe(tensors));
        });
    }
}
