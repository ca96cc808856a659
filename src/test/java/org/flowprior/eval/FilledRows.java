package org.flowprior.eval;

import com.google.gson.JsonObject;
import org.flowprior.fixtures.HashFill;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Features that the tests of the statistics share with their oracles. */
final class FilledRows {

    /** Written by {@code tools/oracle/evaluation.py}. */
    static final JsonObject EXPECTED = Resources.json("eval/statistics.json");

    private FilledRows() {}

    /** A number of {@link #EXPECTED}. */
    static double expected(String group, String name) {
        return EXPECTED.getAsJsonObject(group).get(name).getAsDouble();
    }

    /** scale u(p, i) + shift, in float32 [n, d], u a hash of the place p and the flat index, in [-1, 1). */
    static Tensor hashed(int place, int n, int d, double scale, double shift) {
        return HashFill.byPlace(place, scale, shift, n, d);
    }

    /** Normal numbers as PyTorch draws them after that seed. */
    static Tensor normal(long seed, long... shape) {
        try (Generator generator = Generator.seeded(seed)) {
            return Torch.randn(shape, generator);
        }
    }

    /** Not negative, many zeros, correlated, as pooled features are. */
    static Tensor inceptionLike(long seed, long rows, long width) {
        Tensor shared = normal(seed, rows, 48).mm(normal(9, 48, width)).mul_(.1);
        return shared.add_(normal(seed + 100, rows, width).mul_(.2)).add_(.3).relu_();
    }
}
