package org.flowprior.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Npz;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InScope
class StatisticsFileTest {

    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("reference.npz");
    }

    private static void assertSame(GaussianStatistics found, GaussianStatistics expected) {
        // The file's means are float32.
        assertThat(found.mean().toDoubleArray()).containsExactly(expected.mean().toDoubleArray(), within(1e-7));
        assertThat(found.covariance().toDoubleArray()).containsExactly(expected.covariance().toDoubleArray());
        assertThat(found.count()).isEqualTo(expected.count());
    }

    @Test
    void whatIsWrittenIsRead(Scope scope) {
        GaussianStatistics pooled = GaussianStatistics.of(FilledRows.normal(1, 30, 4));
        GaussianStatistics spatial = GaussianStatistics.of(FilledRows.normal(2, 30, 3));
        StatisticsFile.write(file, new StatisticsFile.Reference(pooled, null));
        int before = scope.size();
        StatisticsFile.Reference alone = StatisticsFile.read(file);
        assertThat(scope.size()).isEqualTo(before + 2);
        assertSame(alone.pooled(), pooled);
        assertThat(alone.spatial()).isNull();
        // Over the file that is still mapped where read() left a view of it.
        StatisticsFile.write(file, new StatisticsFile.Reference(pooled, spatial));
        assertSame(StatisticsFile.read(file).spatial(), spatial);
        assertSame(alone.pooled(), pooled);
    }

    /** torch-fidelity refuses statistics whose types are not those that it computes. */
    @Test
    void theTypesAreThoseThatEvaluatorsCompute() {
        GaussianStatistics pooled = GaussianStatistics.of(FilledRows.normal(1, 30, 4));
        StatisticsFile.write(file, new StatisticsFile.Reference(pooled, pooled));
        Map<String, Tensor> arrays = Npz.read(file);
        assertThat(arrays.keySet()).containsExactly("mu", "sigma", "mu_s", "sigma_s", "count");
        assertThat(arrays.get("mu").dtype()).isEqualTo(DType.FLOAT32);
        assertThat(arrays.get("sigma_s").dtype()).isEqualTo(DType.FLOAT64);
        assertThat(arrays.get("sigma_s").shape()).containsExactly(4, 4);
        assertThat(arrays.get("count").item()).isEqualTo(30);
    }

    @Test
    void filesOfTheEvaluatorsAreRead() {
        Npz.write(file, Map.of("arr_0", Torch.zeros(new long[] {2, 4, 4, 3}, DType.UINT8),
                "mu", Tensor.of(new double[] {1, 2}), "sigma", Tensor.of(new float[] {1, .5f, .5f, 2}, 2, 2)));
        GaussianStatistics pooled = StatisticsFile.read(file).pooled();
        assertThat(pooled.mean().toDoubleArray()).containsExactly(1, 2);
        assertThat(pooled.covariance().toDoubleArray()).containsExactly(1, .5, .5, 2);
        assertThat(pooled.count()).isZero();
        assertThat(pooled.covariance().dtype()).isEqualTo(DType.FLOAT64);
    }

    private void assertRefused(Map<String, Tensor> arrays, String reason) {
        Npz.write(file, arrays);
        assertThatThrownBy(() -> StatisticsFile.read(file)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining(reason).hasMessageNotContaining("\n");
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        Tensor mu = Torch.zeros(2);
        Tensor sigma = Torch.eye(2);
        assertRefused(Map.of("mu", mu), "no array 'sigma'");
        assertRefused(Map.of("arr_0", mu), "no array 'mu'");
        assertRefused(Map.of("mu", mu, "sigma", Torch.eye(3)), "[D, D]");
        assertRefused(Map.of("mu", mu, "sigma", sigma.mul(Double.NaN)), "not finite");
        assertRefused(Map.of("mu", mu.to(DType.INT32), "sigma", sigma), "'mu' is");
        Map<String, Tensor> more = new HashMap<>(Map.of("mu", mu, "sigma", sigma, "sigma_s", sigma));
        assertRefused(more, "no array 'mu_s'");
        more.put("mu_s", mu);
        more.put("count", mu);
        assertRefused(more, "'count'");
        Files.writeString(file, "text");
        assertThatThrownBy(() -> StatisticsFile.read(file)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(file + ": ");
    }
}
