package org.flowprior.data.latents;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Small latent caches; image i is of class i mod 3, and flipping turns the signs. */
public final class Caches {

    /** The classes. */
    public static final List<String> CLASSES = List.of("ant", "bee", "cow");

    private Caches() {}

    /** A cache of those latents, [N, L, C or 2C], with scaling 2 and several shards. */
    static Path write(Path directory, Tensor latents, boolean gaussian, boolean flips) {
        CacheOptions options = new CacheOptions(17, DType.FLOAT32, gaussian, flips, 2.0, CLASSES,
                Map.of("images", "test"));
        int count = Math.toIntExact(latents.size(0));
        long[] labels = IntStream.range(0, count).mapToLong(i -> i % 3).toArray();
        try (Scope scope = Scope.open(); CacheWriter writer = new CacheWriter(directory, options)) {
            for (int from = 0; from < count; from += 10) {
                int n = Math.min(10, count - from);
                int first = from;
                Tensor part = latents.narrow(0, from, n);
                writer.add(part, flips ? part.neg() : null, Tensor.of(java.util.Arrays.copyOfRange(labels, from,
                        from + n), n), IntStream.range(0, n).mapToObj(i -> "image " + (first + i)).toList(), from + n);
            }
            writer.finish().close();
        }
        return directory;
    }

    /** A cache of normal numbers around the class's own mean, -1, 0 or 1, with deviation 0.5. */
    public static Path normal(Path directory, long images, long tokens, long channels) {
        try (Scope scope = Scope.open(); Generator generator = Generator.seeded(7)) {
            Tensor means = Torch.arange(images).remainder(3).sub(1).view(-1, 1, 1);
            return write(directory, Torch.randn(new long[] {images, tokens, channels}, generator).mul(0.5).add(means),
                    false, true);
        }
    }

    /** A cache of one token, the image's number plus 1, as one channel; a Gaussian one has the log-variance given. */
    public static Path numbered(Path directory, long images, Double logVariance, boolean flips) {
        try (Scope scope = Scope.open()) {
            Tensor numbers = Torch.arange(images).to(DType.FLOAT32).add(1).view(-1, 1, 1);
            return write(directory, logVariance == null ? numbers
                    : Torch.cat(List.of(numbers, Torch.fullLike(numbers, logVariance)), 2), logVariance != null, flips);
        }
    }
}
