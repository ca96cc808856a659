package org.flowprior.mar;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.flowprior.flow.VelocitySteps;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Samples tokens from a generator's head, given their conditions: a flow head by solving its differential equation, a
 * diffusion head by ancestral sampling, both with guidance. No gradients. The head stays the caller's, and must not
 * change meanwhile.
 */
public final class HeadSampler implements AutoCloseable {

    private final TokenSampler sampler;
    private final HeadNetwork network;

    private HeadSampler(TokenSampler sampler, HeadNetwork network) {
        this.sampler = sampler;
        this.network = network;
    }

    /**
     * A sampler that saves work: see {@link VelocitySteps}.
     *
     * @throws IllegalArgumentException for a solver that the kind of head does not have, and for more steps than a
     *                                  diffusion head has times
     */
    public static HeadSampler of(MarHead head, HeadSampling sampling) {
        TokenSampler sampler = sampler(head, sampling);
        VelocitySteps steps = new VelocitySteps(head.network(), sampler.times());
        return new HeadSampler(sampler, new HeadNetwork.Precomputed(steps));
    }

    /**
     * A sampler that runs the whole network for every row and time: the same tokens up to rounding, to compare with.
     *
     * @throws IllegalArgumentException for a solver that the kind of head does not have, and for more steps than a
     *                                  diffusion head has times
     */
    public static HeadSampler plain(MarHead head, HeadSampling sampling) {
        TokenSampler sampler = sampler(head, sampling);
        return new HeadSampler(sampler, new HeadNetwork.Plain(head.network(), sampler.times()));
    }

    private static TokenSampler sampler(MarHead head, HeadSampling sampling) {
        return switch (head) {
            case FlowHead flow -> new FlowSampler(sampling);
            case DiffusionHead diffusion -> new DiffusionSampler(sampling, diffusion.cumulative());
        };
    }

    /** Tokens without guidance: see {@link #sample(Tensor, Tensor, double, IntFunction)}. */
    public Tensor sample(Tensor conditions, IntFunction<Tensor> noise) {
        return sample(conditions, null, 1, noise);
    }

    /**
     * Tokens with guidance.
     *
     * @param conditions    z of each token for its class, [n, D]
     * @param unconditional z of each token for no class, [n, D]; or null for no guidance
     * @param factor        s of {@link Guidance}
     * @param noise         standard normal [n, C] of each draw: 0 is the start, a diffusion head goes on to ask for 1
     *                      to S &minus; 1
     * @return [n, C]
     * @throws IllegalArgumentException for noise of another number of rows, or conditions that differ in shape
     */
    public Tensor sample(Tensor conditions, Tensor unconditional, double factor, IntFunction<Tensor> noise) {
        if (unconditional != null && !Arrays.equals(conditions.shape(), unconditional.shape())) {
            throw new IllegalArgumentException("conditions " + Arrays.toString(conditions.shape())
                    + " and those for no class " + Arrays.toString(unconditional.shape()) + " differ in shape");
        }
        long count = conditions.size(0);
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Tensor both = unconditional == null ? conditions : Torch.cat(List.of(conditions, unconditional), 0);
            try (HeadNetwork.Rows rows = network.rows(both)) {
                TokenSampler.Evaluation evaluation = unconditional == null ? rows::at
                        : (time, x) -> guided(rows.at(time, x), count, x.size(1), factor);
                return sampler.sample(evaluation, draw -> checked(noise.apply(draw), count)).moveOutward();
            }
        }
    }

    /** u + s(c - u) of the first channels; the variance of a diffusion head is that for the class. */
    private static Tensor guided(Tensor output, long count, long channels, double factor) {
        Tensor conditional = output.narrow(0, 0, count);
        Tensor unconditional = output.narrow(0, count, count);
        Tensor from = unconditional.narrow(1, 0, channels);
        Tensor guided = from.add(conditional.narrow(1, 0, channels).sub(from), factor);
        long others = output.size(1) - channels;
        return others == 0 ? guided : Torch.cat(List.of(guided, conditional.narrow(1, channels, others)), 1);
    }

    private static Tensor checked(Tensor noise, long count) {
        if (noise.dim() != 2 || noise.size(0) != count) {
            throw new IllegalArgumentException("the noise of " + count + " tokens must be [" + count + ", C], not "
                    + Arrays.toString(noise.shape()));
        }
        return noise;
    }

    /** Frees what the times share. */
    @Override
    public void close() {
        network.close();
    }
}
