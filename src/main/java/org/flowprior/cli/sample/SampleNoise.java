package org.flowprior.cli.sample;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.mar.MarSampler;
import org.flowprior.mar.SamplingNoise;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * The random numbers of some images, those of each image a function of the seed and the image's number alone, so that a
 * stopped run goes on with the same images.
 *
 * @param orders int64 [images, tokens]
 * @param values float32 [draws, images, tokens, channels]
 */
record SampleNoise(Tensor orders, Tensor values) {

    /**
     * Draws them on the CPU, in the innermost scope.
     *
     * @param draws what the head asks for: 1 for a flow head, its steps for a diffusion head
     */
    static SampleNoise draw(long seed, int[] images, long draws, long tokens, long channels) {
        List<Tensor> orders = new ArrayList<>();
        List<Tensor> values = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            for (int image : images) {
                try (Generator generator = Generator.seeded(Seeds.derive(seed, "sample.image." + image))) {
                    orders.add(MarSampler.orders(1, tokens, generator));
                    values.add(Torch.randn(new long[] {draws, tokens, channels}, generator));
                }
            }
            return new SampleNoise(Torch.cat(orders, 0).moveOutward(), Torch.stack(values, 1).moveOutward());
        }
    }

    SamplingNoise given() {
        return SamplingNoise.given(values);
    }
}
