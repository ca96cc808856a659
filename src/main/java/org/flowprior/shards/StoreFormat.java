package org.flowprior.shards;

import static org.flowprior.config.JsonFields.require;

import java.util.Set;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.config.JsonFields;

/**
 * What the rows of all stores have in common: their element types, their scaling, and rows of mean and log-variance
 * side by side along the last dimension.
 */
public final class StoreFormat {

    /** Version of the descriptions. */
    public static final int VERSION = 1;
    /** The element types on disk. */
    public static final Set<DType> DTYPES = Set.of(DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16);
    /** Least log-variance that readers use; smaller ones are clamped. */
    public static final double LOWEST_LOG_VARIANCE = -30;
    /** Greatest log-variance that readers use; greater ones are clamped. */
    public static final double HIGHEST_LOG_VARIANCE = 20;

    private StoreFormat() {}

    /** Throws {@link IllegalArgumentException} for a description of another version. */
    public static void requireVersion(JsonFields description) {
        long version = description.integer("version");
        require(version == VERSION, "version " + version + " is not " + VERSION + ", which this program reads");
    }

    /**
     * Checks what a description says of its rows.
     *
     * @param unit  what the message calls the parts that are mean and log-variance
     * @param width numbers in such a part
     * @throws IllegalArgumentException that says what is wrong
     */
    public static void check(DType dtype, boolean gaussian, int width, double scaling, String unit) {
        require(DTYPES.contains(dtype), "dtype " + dtype + " is none of float32, bfloat16 and float16");
        requireWidth(gaussian, width, unit);
        require(isScaling(scaling), "scaling must be positive and finite, not " + scaling);
    }

    /** Throws {@link IllegalArgumentException} for an odd width of mean and log-variance. */
    public static void requireWidth(boolean gaussian, long width, String unit) {
        require(!gaussian || width % 2 == 0, unit + " of mean and log-variance cannot be " + width + " wide");
    }

    /** Throws {@link IllegalArgumentException} for a scaling that is given, not null, and cannot be. */
    public static void requireScaling(Double scaling) {
        require(scaling == null || isScaling(scaling), "scaling must be positive and finite, not " + scaling);
    }

    private static boolean isScaling(double scaling) {
        return scaling > 0 && Double.isFinite(scaling);
    }

    /** The place of the first number that is not finite; null if all are. */
    public static long[] firstNotFinite(Tensor rows) {
        try (Scope scope = Scope.open()) {
            Tensor finite = rows.isfinite();
            return finite.all().item() != 0 ? null : finite.logicalNot().nonzero().get(0L).toLongArray();
        }
    }

    /** The log-variances of mean and log-variance, clamped, [&hellip;, W / 2] of [&hellip;, W]. */
    public static Tensor logVariances(Tensor moments) {
        long half = moments.size(-1) / 2;
        return Scope.returning(() -> moments.narrow(-1, half, half).clamp(LOWEST_LOG_VARIANCE, HIGHEST_LOG_VARIANCE));
    }
}
