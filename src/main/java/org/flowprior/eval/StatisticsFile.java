package org.flowprior.eval;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.Npz;

/**
 * Reference statistics in the evaluators' {@code .npz} files: {@code mu} [D] and {@code sigma} [D, D] of the pooled
 * features, {@code mu_s} and {@code sigma_s} of the spatial ones (sFID) if there are any, and {@code count}, the number
 * of images, which only this library writes. Other arrays, such as ADM's images, are ignored.
 */
public final class StatisticsFile {

    private static final String COUNT = "count";
    private static final Set<String> ARRAYS = Set.of("mu", "sigma", "mu_s", "sigma_s", COUNT);

    private StatisticsFile() {}

    /**
     * The statistics of a file.
     *
     * @param pooled  of the features that FID compares
     * @param spatial of those that sFID compares, or null
     */
    public record Reference(GaussianStatistics pooled, GaussianStatistics spatial) {}

    /**
     * Reads statistics, in float64, into the innermost scope.
     *
     * @throws IllegalArgumentException     naming the file, when it is not an {@code .npz} file, lacks {@code mu} or
     *                                      {@code sigma}, or has them in wrong shapes
     * @throws java.io.UncheckedIOException when the file cannot be read
     */
    public static Reference read(Path file) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> arrays = Npz.read(file, ARRAYS::contains);
            try {
                long count = count(arrays.get(COUNT));
                GaussianStatistics pooled = statistics(arrays, "", count);
                boolean both = arrays.containsKey("mu_s") || arrays.containsKey("sigma_s");
                GaussianStatistics spatial = both ? statistics(arrays, "_s", count) : null;
                moveOutward(pooled);
                if (both) {
                    moveOutward(spatial);
                }
                return new Reference(pooled, spatial);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
            }
        }
    }

    private static long count(Tensor count) {
        if (count == null) {
            return 0;
        }
        if (count.numel() != 1 || count.dtype().isFloatingPoint() || count.item() < 2) {
            throw new IllegalArgumentException("'" + COUNT + "' must be a whole number of at least 2, not "
                    + count.signature());
        }
        return count.itemNumber().longValue();
    }

    private static GaussianStatistics statistics(Map<String, Tensor> arrays, String suffix, long count) {
        return new GaussianStatistics(array(arrays, "mu" + suffix), array(arrays, "sigma" + suffix), count);
    }

    private static Tensor array(Map<String, Tensor> arrays, String name) {
        Tensor array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException("has no array '" + name + "'; statistics are 'mu' and 'sigma'");
        }
        if (!array.dtype().isFloatingPoint()) {
            throw new IllegalArgumentException("'" + name + "' is " + array.signature() + ", not floating point");
        }
        return array.to(DType.FLOAT64).clone();
    }

    private static void moveOutward(GaussianStatistics statistics) {
        statistics.mean().moveOutward();
        statistics.covariance().moveOutward();
    }

    /**
     * Writes statistics in the dtypes that the evaluators write and torch-fidelity requires: means in float32,
     * covariances in float64, the count, if it is known, in int64.
     *
     * @throws java.io.UncheckedIOException when the file cannot be written; an old one stays as it was
     */
    public static void write(Path file, Reference reference) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> arrays = new LinkedHashMap<>();
            put(arrays, "", reference.pooled());
            if (reference.spatial() != null) {
                put(arrays, "_s", reference.spatial());
            }
            if (reference.pooled().count() > 0) {
                arrays.put(COUNT, Tensor.scalar(reference.pooled().count()));
            }
            Npz.write(file, arrays);
        }
    }

    private static void put(Map<String, Tensor> arrays, String suffix, GaussianStatistics statistics) {
        arrays.put("mu" + suffix, statistics.mean().to(DType.FLOAT32));
        arrays.put("sigma" + suffix, statistics.covariance());
    }
}
