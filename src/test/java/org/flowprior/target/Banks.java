package org.flowprior.target;

import java.nio.file.Path;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Small feature banks. */
public final class Banks {

    private Banks() {}

    /** A bank of those rows, [N, D], with scaling 1 and several shards. */
    public static Path write(Path directory, Tensor rows, boolean gaussian) {
        FeatureBankWriter.Options options = FeatureBankWriter.Options.of("test").withRowsPerShard(300).withScaling(1.0)
                .withGaussian(gaussian);
        try (FeatureBankWriter writer = new FeatureBankWriter(directory, options)) {
            writer.add(rows);
            writer.finish().close();
        }
        return directory;
    }

    /** A bank of normal numbers with that deviation. */
    public static Path normal(Path directory, long rows, long dimension, double deviation) {
        try (Scope scope = Scope.open(); Generator generator = Generator.seeded(7)) {
            return write(directory, Torch.randn(new long[] {rows, dimension}, generator).mul(deviation), false);
        }
    }

    /** A bank whose row i is (i, -i). */
    public static Path numbered(Path directory, long rows) {
        try (Scope scope = Scope.open()) {
            Tensor numbers = Torch.arange(rows).to(org.flowprior.torch.DType.FLOAT32).unsqueeze(1);
            return write(directory, Torch.cat(java.util.List.of(numbers, numbers.neg()), 1), false);
        }
    }
}
