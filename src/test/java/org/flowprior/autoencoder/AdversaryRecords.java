package org.flowprior.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.fixtures.Recorded.Summary;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** What {@code tools/oracle/adversary.py} wrote, and the weights that it draws. */
record AdversaryRecords(Network[] discriminators, Distance lpips, Augmented[] augmentations, Losses losses) {

    static final AdversaryRecords PYTORCH = Resources.json("autoencoder/adversary.json", AdversaryRecords.class);

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
        return values.mul(Math.sqrt(2.0 / Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b)));
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
