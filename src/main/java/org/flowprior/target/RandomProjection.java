package org.flowprior.target;

import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * x &#8614; W x with W [d1, d2] of independent N(0, 1/d2), the paper's default (Sec. 4.1). The official code fills W
 * directly after {@code torch.manual_seed(42)} and does not store it; {@link #official} gives the same bits without
 * the default generator.
 */
public final class RandomProjection implements Projection {

    /** Seed of the official code. */
    public static final long OFFICIAL_SEED = 42;

    static final String WEIGHT = StoredProjection.PREFIX + "weight";
    static final String SEED = StoredProjection.PREFIX + "seed";

    private final FixedTensor weight;
    private final long seed;
    private final double scale;

    RandomProjection(FixedTensor weight, long seed, double scale) {
        this.weight = weight;
        this.seed = seed;
        this.scale = scale;
    }

    /** Makes the official code's matrix, {@code inputs} = d2, {@code outputs} = d1. */
    public static RandomProjection official(int inputs, int outputs) {
        return seeded(inputs, outputs, OFFICIAL_SEED);
    }

    /**
     * Makes the matrix that {@code nn.init.normal_(W, std=d2 ** -0.5)} fills on the CPU after {@code
     * torch.manual_seed(seed)}.
     *
     * @throws IllegalArgumentException for sizes that are not positive
     */
    public static RandomProjection seeded(int inputs, int outputs, long seed) {
        LinearMap.check(inputs, outputs, 1);
        try (Scope scope = Scope.open(); Generator generator = Generator.seeded(seed)) {
            Tensor weight = Torch.empty(new long[] {outputs, inputs}, DType.FLOAT32);
            weight.normal_(0, Math.pow(inputs, -0.5), generator);
            return new RandomProjection(FixedTensor.copyOf(weight), seed, 1);
        }
    }

    /** Returns W, float32 [d1, d2], on the CPU; open as long as the projection. */
    public Tensor weight() {
        return weight.value();
    }

    /** Returns the seed of W. */
    public long seed() {
        return seed;
    }

    @Override
    public int inputs() {
        return Math.toIntExact(weight.value().size(1));
    }

    @Override
    public int outputs() {
        return Math.toIntExact(weight.value().size(0));
    }

    @Override
    public double scale() {
        return scale;
    }

    @Override
    public Tensor apply(Tensor x) {
        return LinearMap.apply(this, x, rows -> Functional.linear(rows, weight.on(x.device())));
    }

    @Override
    public RandomProjection withScale(double other) {
        LinearMap.check(inputs(), outputs(), other);
        return new RandomProjection(weight.share(), seed, other);
    }

    @Override
    public Map<String, Tensor> tensors() {
        return Map.of(WEIGHT, weight.value());
    }

    @Override
    public Map<String, String> metadata() {
        Map<String, String> metadata = StoredProjection.metadata(this);
        metadata.put(SEED, Long.toString(seed));
        return metadata;
    }

    @Override
    public void close() {
        weight.close();
    }
}
