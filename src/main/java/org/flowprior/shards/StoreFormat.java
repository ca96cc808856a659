package org.flowprior.shards;

import static org.flowprior.config.JsonFields.require;

import java.util.Set;
import org.flowprior.config.JsonFields;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * The format of rows in all stores: element types, scaling, and Gaussian rows with mean and log-variance side by side
 * along the last dimension.
 */
public final class StoreFormat {

    /** Version of the descriptions. */
    public static final int VERSION = 1;
    /** The element types on disk. */
    public static final Set<DType> DTYPES = Set.of(DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16);
    /** Lowest log-variance that readers use; lower ones are clamped. */
    public static final double LOWEST_LOG_VARIANCE = -30;
    /** Highest log-variance that readers use; higher ones are clamped. */
    public static final double HIGHEST_LOG_VARIANCE = 20;

    private StoreFormat() {}

    /** Throws {@link IllegalArgumentException} for a description of another version. */
    public static void requireVersion(JsonFields description) {
        long version = description.integer("version");
        require(version == VERSION, "version " + version + " is not " + VERSION + ", which this program reads");
    }

    /**
     * Checks what a description says about its rows.
     *
     * @param width numbers along the last dimension
     * @param unit  name of the vectors along the last dimension in messages
     * @throws IllegalArgumentException that says what is wrong
     */
    public static void check(DType dtype, boolean gaussian, int width, double scaling, String unit) {
        require(DTYPES.contains(dtype), "dtype " + dtype + " is not float32, bfloat16 or float16");
        requireWidth(gaussian, width, unit);
        requireScaling(scaling);
    }

    /** Throws {@link IllegalArgumentException} for Gaussian rows of an odd width. */
    public static void requireWidth(boolean gaussian, long width, String unit) {
        require(!gaussian || width % 2 == 0, unit + " of mean and log-variance cannot be " + width + " wide");
    }

    /** Throws {@link IllegalArgumentException} unless the scaling is null, for none, or positive and finite. */
    public static void requireScaling(Double scaling) {
        require(scaling == null || scaling > 0 && Double.isFinite(scaling),
                "scaling must be positive and finite, not " + scaling);
    }

    /** Returns the indices of the first number that is not finite; null if all are finite. */
    public static long[] firstNotFinite(Tensor rows) {
        try (Scope scope = Scope.open()) {
            Tensor finite = rows.isfinite();
            return finite.all().item() != 0 ? null : finite.logicalNot().nonzero().get(0L).toLongArray();
        }
    }

    /** Returns the clamped log-variances, [&hellip;, W / 2], of rows of mean and log-variance, [&hellip;, W]. */
    public static Tensor logVariances(Tensor moments) {
        long half = moments.size(-1) / 2;
        return Scope.returning(() -> moments.narrow(-1, half, half).clamp(LOWEST_LOG_VARIANCE, HIGHEST_LOG_VARIANCE));
    }
}
