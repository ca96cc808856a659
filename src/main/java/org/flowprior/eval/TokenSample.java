package org.flowprior.eval;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.flowprior.config.RequestException;
import org.flowprior.data.RandomRows;
import org.flowprior.data.latents.LatentCache;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.TensorFiles;

/**
 * Latent tokens drawn without replacement from all tokens of a set. {@link NearestNeighbours} measures their distances
 * to a prior's targets. The seed decides which tokens are drawn; the batches have no influence.
 */
public final class TokenSample {

    /** Positions of the chosen tokens among all, ascending. */
    private final long[] positions;
    private final List<Tensor> chosen = new ArrayList<>();
    private long seen;

    /**
     * A sample before the first batch.
     *
     * @param tokens number of all tokens
     * @param most   how many are chosen at most
     */
    public TokenSample(long tokens, long most, long seed) {
        positions = RandomRows.distinct(tokens, Math.min(tokens, most), seed);
    }

    /**
     * Draws tokens from a cache of latents, or from a file of one tensor [..., D], whose rows are tokens.
     *
     * @param latents the cache's directory, or a {@code .safetensors}, {@code .npy} or {@code .npz} file
     * @param most    how many tokens are drawn at most
     * @return float32 [n, D], in the innermost scope
     * @throws RequestException naming the file, when it holds something else
     */
    public static Tensor read(Path latents, long most, long seed) {
        if (!Files.isDirectory(latents)) {
            return Scope.returning(() -> {
                Tensor all = rows(latents);
                TokenSample sample = new TokenSample(all.numel() / all.size(-1), most, seed);
                try (Scope scope = Scope.open()) {
                    sample.add(all);
                }
                return sample.tokens();
            });
        }
        try (LatentCache cache = LatentCache.open(latents)) {
            int tokens = cache.tokens();
            TokenSample sample = new TokenSample((long) cache.images() * tokens, most, seed);
            return Scope.returning(() -> {
                for (long image = 0; image < cache.images(); image++) {
                    if (sample.chosenOfNext(tokens).length == 0) {
                        sample.seen += tokens;
                        continue;
                    }
                    try (Scope scope = Scope.open()) {
                        sample.add(cache.latents(new long[] {image}, null));
                    }
                }
                return sample.tokens();
            });
        }
    }

    private static Tensor rows(Path file) {
        Map<String, Tensor> tensors = TensorFiles.readAll(file);
        if (tensors.size() != 1) {
            throw new RequestException(file + " holds " + tensors.size()
                    + " tensors; it must have one, with a latent in each row");
        }
        Tensor all = tensors.values().iterator().next();
        if (all.dim() < 2 || all.numel() == 0 || !all.dtype().isFloatingPoint()) {
            throw new RequestException(file + " holds " + all.signature()
                    + "; it must have a latent in each row, [..., D]");
        }
        return all;
    }

    /** Keeps the chosen ones of the next tokens, [..., D], on any device, in the scope around the innermost. */
    public void add(Tensor tokens) {
        Tensor rows = tokens.reshape(-1, tokens.size(-1));
        long[] here = chosenOfNext(rows.size(0));
        if (here.length > 0) {
            chosen.add(rows.indexSelect(0, Tensor.of(here).to(DType.INT64, tokens.device()))
                    .to(DType.FLOAT32).moveOutward());
        }
        seen += rows.size(0);
    }

    /** Returns the positions of the chosen ones among the next {@code count} tokens. */
    private long[] chosenOfNext(long count) {
        return Arrays.stream(positions, firstFrom(seen), firstFrom(seen + count)).map(position -> position - seen)
                .toArray();
    }

    private int firstFrom(long position) {
        int found = Arrays.binarySearch(positions, position);
        return found >= 0 ? found : -found - 1;
    }

    /** Returns the chosen tokens so far, float32 [n, D], in the innermost scope. */
    public Tensor tokens() {
        return Torch.cat(chosen, 0);
    }
}
