package org.flowprior.target;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.flowprior.data.latents.LatentCache;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Reads the latent tokens of a {@link LatentCache}, one token a row. Those of a VAE are the paper's low-level features.
 *
 * @param cache closed with this source
 * @param flip  whether the tokens of the flipped images are read after the others
 */
public record LatentSource(LatentCache cache, boolean flip) implements FeatureSource {

    private static final int IMAGES_AT_ONCE = 256;

    /**
     * Opens a cache.
     *
     * @throws IllegalArgumentException     naming the file, when it is not a cache or holds no flipped images
     * @throws java.io.UncheckedIOException when a file is missing or cannot be read
     */
    public static LatentSource open(Path directory, boolean flip) {
        LatentCache cache = LatentCache.open(directory);
        if (flip && !cache.flips()) {
            cache.close();
            throw new IllegalArgumentException(directory + " holds no flipped images; leave --flip out");
        }
        return new LatentSource(cache, flip);
    }

    @Override
    public String description() {
        return "latents of " + cache.directory().getFileName();
    }

    @Override
    public boolean gaussian() {
        return cache.gaussian();
    }

    @Override
    public long total() {
        return cache.images() * (flip ? 2L : 1L);
    }

    @Override
    public String unit() {
        return "images";
    }

    @Override
    public void read(Sink sink) {
        if (read(sink, false, 0) && flip) {
            read(sink, true, cache.images());
        }
    }

    private boolean read(Sink sink, boolean flipped, long before) {
        boolean more = true;
        for (int from = 0; more && from < cache.images(); from += IMAGES_AT_ONCE) {
            int to = Math.min(from + IMAGES_AT_ONCE, cache.images());
            boolean[] flips = new boolean[to - from];
            Arrays.fill(flips, flipped);
            try (Scope scope = Scope.open()) {
                Tensor tokens = cache.stored(LongStream.range(from, to).toArray(), flips);
                more = sink.add(tokens.flatten(0, 1), before + to);
            }
        }
        return more;
    }

    @Override
    public void close() {
        cache.close();
    }
}
