package org.flowprior.cli.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.flowprior.cli.Main;
import org.flowprior.fixtures.VelocityFill;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.Safetensors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Expected numbers are the specification's golden ones, made in float64 by RK4 with 400 steps. */
class LogLikelihoodModuleTest {

    private static final double[] POINTS = {.3, -.4, 1, .5, -.7, 1.2};
    private static final double[] LOG_DENSITIES = {-2.597260542, -3.585577663, -2.229960175};
    private static final double[] NOISE = {-.57964943, -.440498127, 1.673301042, .750002315, -.524236728, 1.482842453};

    @TempDir
    private Path directory;
    private String errors;

    @BeforeEach
    void writeTinyNetwork() {
        try (Scope scope = Scope.open(); VelocityNetwork tiny = VelocityFill.tiny(DType.FLOAT32)) {
            Safetensors.write(directory.resolve("weights.safetensors"), tiny.stateDict());
        }
    }

    private Map<String, Tensor> run(String input, double[] values, String config) throws IOException {
        Files.writeString(directory.resolve("config.json"), config);
        Safetensors.write(directory.resolve("in.safetensors"), Map.of(input, Tensor.of(values, 3, 2)));
        assertThat(execute()).as(() -> errors).isZero();
        return Safetensors.load(directory.resolve("out.safetensors"));
    }

    private int execute() {
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err, true), "forward",
                "log-likelihood", "--weights", directory.resolve("weights.safetensors").toString(),
                "--input", directory.resolve("in.safetensors").toString(),
                "--output", directory.resolve("out.safetensors").toString(),
                "--config", directory.resolve("config.json").toString());
        errors = err.toString();
        return code;
    }

    @Test
    void bothKindsOfSolverGiveTheGoldenLogDensityAndNoise() throws IOException {
        // The time embedding is float32's in the module, float64's in the golden numbers.
        for (String solver : new String[] {"\"solver\": \"rk4\"", "\"relative\": 1e-8, \"absolute\": 1e-8"}) {
            try (Scope scope = Scope.open()) {
                Map<String, Tensor> outputs = run("y", POINTS, "{\"timeConvention\": \"paper\", " + solver + "}");
                assertThat(outputs.get("log_density").toDoubleArray()).containsExactly(LOG_DENSITIES, within(1e-6));
                assertThat(outputs.get("noise").toDoubleArray()).containsExactly(NOISE, within(1e-6));
            }
        }
    }

    @Test
    void forwardsFromTheNoiseItComesBackToThePointsAndTheirDensity() throws IOException {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> outputs = run("noise", NOISE, "{\"timeConvention\": \"paper\"}");
            assertThat(outputs.get("y").toDoubleArray()).containsExactly(POINTS, within(1e-5));
            assertThat(outputs.get("log_density").toDoubleArray()).containsExactly(LOG_DENSITIES, within(1e-5));
        }
    }

    @Test
    void hutchinsonsTraceMeansTheSameAndDependsOnItsSeedAlone() throws IOException {
        try (Scope scope = Scope.open()) {
            String probes =
                    "\"timeConvention\": \"paper\", \"solver\": \"rk4\", \"steps\": 10, \"trace\": \"rademacher\"";
            double[] many = run("y", POINTS, "{" + probes + ", \"probes\": 100}").get("log_density").toDoubleArray();
            assertThat(many).containsExactly(LOG_DENSITIES, within(0.3));
            double[] one = run("y", POINTS, "{" + probes + ", \"seed\": 7}").get("log_density").toDoubleArray();
            assertThat(run("y", POINTS, "{" + probes + ", \"seed\": 7}").get("log_density").toDoubleArray())
                    .isEqualTo(one);
            assertThat(one)
                    .isNotEqualTo(run("y", POINTS, "{" + probes + ", \"seed\": 8}").get("log_density").toDoubleArray());
        }
    }

    @Test
    void anInputWithoutPointsIsRefused() throws IOException {
        Files.writeString(directory.resolve("config.json"), "{}");
        try (Scope scope = Scope.open()) {
            Safetensors.write(directory.resolve("in.safetensors"), Map.of("x", Tensor.of(POINTS, 3, 2)));
        }
        assertThat(execute()).isEqualTo(2);
        assertThat(errors).contains("either y or noise");
    }
}
