package org.flowprior.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** What {@code tools/oracle/adversary.py} wrote, and how the tests compare with it. */
record AdversaryRecords(Network[] discriminators, Distance lpips, Augmented[] augmentations, Losses losses) {

    static final AdversaryRecords PYTORCH = read("adversary.json", AdversaryRecords.class);

    record Network(String name, long seed, String[] keys, long parameters, Pass[] passes, Map<String, Summary> buffers,
            Summary evaluated, String[] backbone) {}

    record Pass(long[] images, long[] window, long[] logits, Summary result, Summary gradientOfImages,
            Map<String, Summary> gradients) {}

    record Distance(long seed, String[] keys, double[] value, Summary gradientOfX, Summary gradientOfY,
            double[] dropped) {}

    record Augmented(long seed, double cutout, double probability, boolean[] done, Summary result, Summary gradient) {}

    record Losses(long seed, Map<String, Graded> discriminator, Map<String, Graded> generator, Graded consistency,
            double[] lecamAverages, Graded lecam) {}

    record Graded(double value, double[][] gradients) {}

    /** Every so many elements of a tensor, its sum and its norm. */
    record Summary(int step, double[] elements, double sum, double norm) {

        /** Elements within the tolerance of the tensor's root mean square, and norm and sum likewise. */
        void assertIs(String name, Tensor tensor, double tolerance) {
            try (Scope scope = Scope.open()) {
                Tensor wide = tensor.detach().to(DType.FLOAT64).flatten();
                double[] actual = wide.slice(0, null, null, step).toDoubleArray();
                assertThat(actual).as(name).hasSameSizeAs(elements);
                double largest = Math.max(Arrays.stream(elements).map(Math::abs).max().orElseThrow(),
                        norm / Math.sqrt(wide.numel()));
                for (int i = 0; i < elements.length; i++) {
                    assertThat(actual[i]).as(name + " at " + i).isCloseTo(elements[i], within(tolerance * largest));
                }
                assertThat(wide.norm().item()).as(name).isCloseTo(norm, within(tolerance * norm));
                assertThat(wide.sum().item()).as(name)
                        .isCloseTo(sum, within(tolerance * norm * Math.sqrt(wide.numel())));
            }
        }
    }

    static <T> T read(String name, Class<T> type) {
        try (Reader reader = new InputStreamReader(AdversaryRecords.class.getResourceAsStream(name),
                StandardCharsets.UTF_8)) {
            return new Gson().fromJson(reader, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The script's {@code draw}. */
    static Tensor draw(String key, long[] shape, Generator generator) {
        if (key.endsWith("num_batches_tracked")) {
            return Torch.zeros(new long[0], DType.INT64);
        }
        Tensor values = Torch.empty(shape).normal_(0, 1, generator);
        if (key.endsWith("weight_u") || key.endsWith("weight_v")) {
            return values.div(values.norm());
        }
        if (key.endsWith("running_var")) {
            return values.abs().add(0.5);
        }
        if (key.endsWith("bias") || key.endsWith("running_mean")) {
            return values.mul(0.1);
        }
        if (shape.length == 1) {
            return values.mul(0.1).add(1);
        }
        if (key.endsWith("token") || key.endsWith("pos_embed")) {
            return values.mul(0.5);
        }
        return values.mul(Math.sqrt(2.0 / AdversaryFill.fanIn(shape)));
    }

    /** Weights for each of the targets, drawn in the script's order. */
    static Map<String, Tensor> draw(String[] keys, Map<String, Tensor> targets, Generator generator) {
        assertThat(targets.keySet()).containsExactly(keys);
        Map<String, Tensor> state = new LinkedHashMap<>();
        targets.forEach((key, target) -> state.put(key, key.endsWith(".f") ? target.clone()
                : draw(key, target.shape(), generator)));
        return state;
    }
}
