package org.flowprior.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.target.FeatureBank;
import org.flowprior.target.FeatureBankWriter;
import org.flowprior.target.PrincipalComponents;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.Safetensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fits 20,000 x 896 rows and searches 50,000 targets for {@code tools/oracle/projections.py check}, which says how far
 * that is from scikit-learn and faiss. FLOWPRIOR_PROJECTIONS names the directory that the script made.
 */
@EnabledIfEnvironmentVariable(named = "FLOWPRIOR_PROJECTIONS", matches = ".+")
@InScope
class ProjectionPeerTest {

    private final Map<String, Tensor> results = new LinkedHashMap<>();

    @Test
    void resultsForTheScript(@TempDir Path folder) {
        Path directory = Path.of(System.getenv("FLOWPRIOR_PROJECTIONS"));
        try (FeatureBankWriter writer = new FeatureBankWriter(folder.resolve("bank"),
                FeatureBankWriter.Options.of("tools/oracle/projections.py").withRowsPerShard(6000))) {
            writer.add(Safetensors.read(directory.resolve("rows.safetensors")).get("rows"));
            try (FeatureBank bank = writer.finish()) {
                long start = System.nanoTime();
                put("exact", PrincipalComponents.fit(bank, 32), start);
                start = System.nanoTime();
                put("incremental", PrincipalComponents.fitIncrementally(bank, 32, 96, 1000), start);
            }
            Map<String, Tensor> samples = Safetensors.read(directory.resolve("neighbours.safetensors"));
            for (int k : new int[] {1, 5, 50}) {
                long start = System.nanoTime();
                NearestNeighbours.Result found = NearestNeighbours.of(samples.get("queries"),
                        samples.get("targets"), k);
                System.out.printf("k = %d: %.2f s%n", k, (System.nanoTime() - start) / 1e9);
                assertThat(found.clamped()).isEqualTo(k == 1 ? 100 : 0);
                results.put("distances." + k, found.distances());
            }
            Safetensors.write(directory.resolve("java.safetensors"), results);
        }
    }

    private void put(String name, PrincipalComponents fit, long start) {
        System.out.printf("%s: %.1f s%n", name, (System.nanoTime() - start) / 1e9);
        results.put(name + ".components", fit.components().clone());
        results.put(name + ".variance", Tensor.of(fit.explainedVariance()));
        fit.close();
    }
}
