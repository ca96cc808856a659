package org.flowprior.mar;

import java.util.Arrays;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** The source of standard normal noise in sampling. */
@FunctionalInterface
public interface SamplingNoise {

    /**
     * Returns the noise for the tokens of one iteration.
     *
     * @param positions [B, n] int64: the tokens of each image that the iteration predicts, ascending
     * @param draw      0 for the start; a diffusion head then asks for 1 to S &minus; 1
     * @return [B n, C], image by image
     */
    Tensor draw(Tensor positions, int draw);

    /** Draws noise when it is needed, float32 on the CPU. */
    static SamplingNoise of(Generator generator, long channels) {
        return (positions, draw) -> Torch.randn(new long[] {positions.numel(), channels}, generator);
    }

    /**
     * Uses given noise. Each token has its own, so an image does not depend on the others of the batch.
     *
     * @param noise [B, L, C], or [draws, B, L, C] for a diffusion head
     * @throws IllegalArgumentException for another shape
     */
    static SamplingNoise given(Tensor noise) {
        long[] shape = noise.shape();
        if (shape.length != 3 && shape.length != 4) {
            throw new IllegalArgumentException("noise must be [B, L, C] or [draws, B, L, C], not "
                    + Arrays.toString(shape));
        }
        return (positions, draw) -> {
            long draws = shape.length == 3 ? 1 : shape[0];
            if (draw >= draws) {
                throw new IllegalArgumentException("noise " + Arrays.toString(shape) + " has " + draws
                        + (draws == 1 ? " draw" : " draws") + ", sampling needs more: one for each step of a diffusion "
                        + "head");
            }
            Tensor drawn = shape.length == 3 ? noise : noise.select(0, draw);
            return drawn.gather(1, positions.unsqueeze(2).expand(-1, -1, noise.size(-1))).flatten(0, 1);
        };
    }
}
