package org.flowprior.data.latents;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flowprior.shards.StoreFormat;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** The latents of the next shard, in memory. */
final class CacheBuffer {

    private final List<Tensor> latents = new ArrayList<>();
    private final List<Tensor> flipped = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<Long> labels = new ArrayList<>();

    int images() {
        return names.size();
    }

    /** Takes a batch of {@link CacheWriter#add}; refuses numbers that are not finite and labels out of range. */
    void add(Tensor given, Tensor givenFlipped, Tensor classes, List<String> called, CacheOptions options) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            for (long label : classes.toLongArray()) {
                if (label < 0 || label >= options.classes().size()) {
                    throw new IllegalArgumentException("label " + label + " is none of the " + options.classes().size()
                            + " classes");
                }
                labels.add(label);
            }
            latents.add(stored(given, called, "", options).keep());
            if (givenFlipped != null) {
                flipped.add(stored(givenFlipped, called, " flipped", options).keep());
            }
        }
        names.addAll(called);
    }

    /** Returns a copy on the CPU in the cache's dtype. */
    private static Tensor stored(Tensor given, List<String> called, String which, CacheOptions options) {
        Tensor copy = Torch.empty(given.shape(), options.dtype());
        copy.copy_(given.detach());
        long[] at = StoreFormat.firstNotFinite(copy);
        if (at != null) {
            double value = given.get(at).item();
            throw new IllegalArgumentException("the latent of " + called.get((int) at[0]) + which + " is " + value
                    + " at token " + at[1] + ", channel " + at[2] + (Double.isFinite(value) ? ", too large for "
                            + options.dtype() : "; a cache takes finite latents only"));
        }
        return copy;
    }

    /** Writes the latents as a shard and clears the buffer. */
    void flush(Path file, long next) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            CacheShard.write(file, Torch.cat(latents, 0), flipped.isEmpty() ? null : Torch.cat(flipped, 0), names,
                    next, labels.stream().mapToLong(label -> label).toArray());
        }
        clear();
    }

    void clear() {
        latents.forEach(Tensor::close);
        flipped.forEach(Tensor::close);
        latents.clear();
        flipped.clear();
        names.clear();
        labels.clear();
    }
}
