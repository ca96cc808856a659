package org.flowprior.mar;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.GoldenFill;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** The tiny generator of the golden values (spec J.1, J.2), its inputs and the values. */
public final class TinyMar {

    static final MarConfig CONFIG = new MarConfig(new LatentLayout.Sequence(6, 4), 16, 2, 2, 2, 4, 5, 3, true, 0.1, 0,
            0, 0.7, new MarConfig.Head.Flow(2, 8, 2));

    private static final JsonObject GOLDEN = read();

    private TinyMar() {}

    private static JsonObject read() {
        try (Reader reader = new InputStreamReader(TinyMar.class.getResourceAsStream("mar-tiny.json"),
                StandardCharsets.UTF_8)) {
            return new Gson().fromJson(reader, JsonObject.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With the golden values' weights, in evaluation mode. */
    public static Mar create() {
        return create(CONFIG);
    }

    static Mar create(MarConfig config) {
        Mar mar = new Mar(config, null);
        fill(mar.stateDict());
        mar.eval();
        return mar;
    }

    /** In the state's order, by the tensors' places in it. */
    static void fill(Map<String, Tensor> state) {
        int place = 0;
        for (Map.Entry<String, Tensor> entry : state.entrySet()) {
            try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
                entry.getValue().copy_(weight(entry.getKey(), place++, entry.getValue().shape()));
            }
        }
    }

    /** What the rules give a weight of that name at that place of the state. */
    public static Tensor weight(String name, int place, long... shape) {
        boolean weights = shape.length > 1;
        return GoldenFill.values(place, weights ? 0.3 : 0.1, !weights && name.endsWith(".weight") ? 1 : 0, shape);
    }

    static String[] keys() {
        return new Gson().fromJson(GOLDEN.get("state_dict_order"), String[].class);
    }

    /** A golden tensor, flat. */
    public static double[] golden(String name) {
        return new Gson().fromJson(GOLDEN.getAsJsonObject("tensors").getAsJsonObject(name).get("values"),
                double[].class);
    }

    static Tensor tokens() {
        return sine(0.9, 0.4, 2, 6, 4);
    }

    static Tensor labels() {
        return Tensor.of(new long[] {3, 1}, 2);
    }

    static Tensor mask() {
        return Tensor.of(new long[] {1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 0}, 2, 6).to(DType.BOOL);
    }

    /** Orders that begin with what {@link #mask} masks. */
    static Tensor orders() {
        return Tensor.of(new long[] {3, 0, 5, 2, 1, 4, 1, 3, 4, 2, 5, 0}, 2, 6);
    }

    /** (0.37 j + 0.05) mod 1, [2, 2, 6]. */
    static Tensor times() {
        return ramp(24).mul(0.37).add(0.05).remainder(1).to(DType.FLOAT32).view(2, 2, 6);
    }

    /** cos(1.1 j + 0.3), [2, 2, 6, 4]. */
    static Tensor noise() {
        return cosine(1.1, 0.3, 2, 2, 6, 4);
    }

    static MarNoise draws() {
        return new MarNoise(orders(), 4, null, times(), noise());
    }

    static Tensor sine(double step, double from, long... shape) {
        return ramp(count(shape)).mul(step).add(from).sin().to(DType.FLOAT32).view(shape);
    }

    static Tensor cosine(double step, double from, long... shape) {
        return ramp(count(shape)).mul(step).add(from).cos().to(DType.FLOAT32).view(shape);
    }

    private static long count(long... shape) {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    private static Tensor ramp(long count) {
        return Torch.arange(count, DType.FLOAT64);
    }

    /** That the largest difference is below the tolerance times the largest expected value. */
    static void assertClose(String name, Tensor actual, double[] expected, double tolerance) {
        double[] values = actual.detach().flatten().toDoubleArray();
        assertThat(values).as(name).hasSameSizeAs(expected);
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < values.length; i++) {
            assertThat(Math.abs(values[i] - expected[i])).as(name + " at " + i)
                    .isLessThanOrEqualTo(tolerance * largest);
        }
    }

    static void assertClose(String name, Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).as(name).isEqualTo(expected.shape());
        assertClose(name, actual, expected.detach().flatten().toDoubleArray(), tolerance);
    }

    /** A copy of the gradients under the parameters' names. */
    static Map<String, Tensor> gradients(Mar mar) {
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        mar.namedParameters().forEach((name, parameter) -> {
            if (parameter.grad() != null) {
                gradients.put(name, parameter.grad().clone());
            }
        });
        return gradients;
    }
}
