package org.flowprior.cli.features;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.config.RequestException;
import org.flowprior.data.latents.LatentCache;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * The latent tokens of a cache that {@code encode} made: the paper's low-level features, where that encoder is a VAE.
 */
final class FeaturesLatents implements FeaturesSource {

    private static final int IMAGES_AT_ONCE = 256;

    private final LatentCache cache;
    private final Path directory;
    private final boolean flip;

    private FeaturesLatents(LatentCache cache, Path directory, boolean flip) {
        this.cache = cache;
        this.directory = directory;
        this.flip = flip;
    }

    /** Opens a cache; with {@code flip} the flipped images' tokens come behind the others. */
    static FeaturesLatents open(Path directory, boolean flip) throws NoSuchFileException {
        FileArguments.requireThere(directory);
        LatentCache cache = LatentCache.open(directory);
        if (flip && !cache.flips()) {
            cache.close();
            throw new RequestException(directory + " holds no flipped images; leave --flip out");
        }
        return new FeaturesLatents(cache, directory, flip);
    }

    @Override
    public String description() {
        return "latents of " + directory.getFileName();
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
