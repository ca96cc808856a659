package org.flowprior.mar;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.flow.VelocitySteps;
import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Samples tokens from a generator's head, given their conditions: a flow head by solving its differential equation, a
 * diffusion head by ancestral sampling, both with guidance. No gradients. The head stays the caller's and must not
 * change until the sampler is closed.
 */
public final class HeadSampler implements AutoCloseable {

    private final TokenSampler sampler;
    private final VelocityNetwork network;
    /** Null in a plain sampler. */
    private final VelocitySteps steps;

    private HeadSampler(MarHead head, HeadSampling sampling, boolean saving) {
        sampler = switch (head) {
            case FlowHead flow -> new FlowSampler(sampling);
            case DiffusionHead diffusion -> new DiffusionSampler(sampling, diffusion.cumulative());
        };
        network = head.network();
        steps = saving ? new VelocitySteps(network, sampler.times()) : null;
    }

    /**
     * Makes a sampler that computes once what rows or times share: see {@link VelocitySteps}.
     *
     * @throws IllegalArgumentException for a solver that the kind of head does not have, and for more steps than a
     *                                  diffusion head has times
     */
    public static HeadSampler of(MarHead head, HeadSampling sampling) {
        return new HeadSampler(head, sampling, true);
    }

    /**
     * Makes a sampler that runs the whole network for every row and time, for comparison: the same tokens up to
     * rounding, and the same exceptions as {@link #of}.
     */
    public static HeadSampler plain(MarHead head, HeadSampling sampling) {
        return new HeadSampler(head, sampling, false);
    }

    /** Samples tokens without guidance: see {@link #sample(Tensor, Tensor, double, IntFunction)}. */
    public Tensor sample(Tensor conditions, IntFunction<Tensor> noise) {
        return sample(conditions, null, 1, noise);
    }

    /**
     * Samples tokens with guidance.
     *
     * @param conditions    z of each token for its class, [n, D]
     * @param unconditional z of each token for no class, [n, D]; or null for no guidance
     * @param factor        s of {@link Guidance}
     * @param noise         standard normal [n, C] of each draw: 0 is the start; a diffusion head then asks for 1 to
     *                      S &minus; 1
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
            try (VelocitySteps.Rows rows = steps == null ? null : steps.rows(both)) {
                TokenSampler.Evaluation all = rows != null ? rows::at : (time, x) -> forward(time, x, both);
                TokenSampler.Evaluation guided = unconditional == null ? all
                        : (time, x) -> guided(all.at(time, x), count, x.size(1), factor);
                return sampler.sample(guided, draw -> checked(noise.apply(draw), count)).moveOutward();
            }
        }
    }

    /** Runs the whole network for R conditions and x [n, C], R a multiple of n. */
    private Tensor forward(int time, Tensor x, Tensor conditions) {
        long rows = conditions.size(0);
        DType dtype = x.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        Tensor t = Torch.full(new long[] {rows}, sampler.times()[time], dtype, x.device());
        return network.forward(x.repeat(rows / x.size(0), 1), t, conditions);
    }

    /** Computes u + s(c - u) of the first channels; the variance of a diffusion head is that for the class. */
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

    /** Frees what was computed once for all times. */
    @Override
    public void close() {
        if (steps != null) {
            steps.close();
        }
    }
}
