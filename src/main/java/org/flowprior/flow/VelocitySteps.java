package org.flowprior.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Functional;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.LayerNorm;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Module;

/**
 * A velocity network at times known beforehand. It gives the numbers of {@link VelocityNetwork#forward}, up to
 * rounding, with less work where conditions are few and times are many, as in sampling: each time is embedded once for
 * all rows, each condition once for all times, and the modulations, which do not depend on x, are computed for many
 * times in one product, so that three fifths of the weights are not read anew at every step.
 *
 * <p>No gradients. The network must not change meanwhile, and stays the caller's.
 */
public final class VelocitySteps implements AutoCloseable {

    /** Rows of one product: enough to be bound by arithmetic, few enough for the modulations to stay in the cache. */
    private static final long ROWS_AHEAD = 256;

    private final Linear conditionEmbedding;
    private final Linear inputProjection;
    private final List<Block> blocks = new ArrayList<>();
    private final LayerNorm finalNorm;
    private final Linear finalModulation;
    private final Linear output;
    private final Tensor timeEmbeddings;

    private record Block(LayerNorm norm, Linear first, Linear second, Linear modulation) {}

    /**
     * Embeds the times.
     *
     * @param network raw: the times mean what its weights take them for
     * @param times   in the order in which {@link Rows#at} will be asked for them
     * @throws IllegalArgumentException for a network without a condition
     */
    public VelocitySteps(VelocityNetwork network, double... times) {
        if (network.config().conditionChannels() == 0) {
            throw new IllegalArgumentException(
                    "steps ahead need a velocity network with a condition; this one has none");
        }
        Map<String, Module> modules = network.namedModules();
        conditionEmbedding = (Linear) modules.get("cond_embed");
        inputProjection = (Linear) modules.get("input_proj");
        for (int i = 0; i < network.config().depth(); i++) {
            String prefix = "res_blocks." + i + ".";
            blocks.add(new Block((LayerNorm) modules.get(prefix + "in_ln"), (Linear) modules.get(prefix + "mlp.0"),
                    (Linear) modules.get(prefix + "mlp.2"), (Linear) modules.get(prefix + "adaLN_modulation.1")));
        }
        finalNorm = (LayerNorm) modules.get("final_layer.norm_final");
        finalModulation = (Linear) modules.get("final_layer.adaLN_modulation.1");
        output = (Linear) modules.get("final_layer.linear");
        Tensor weight = inputProjection.weight();
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            DType timeType = weight.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
            Tensor t = Tensor.of(times).to(timeType, weight.device());
            timeEmbeddings = ((TimeEmbedding) modules.get("time_embed")).forward(t).keep();
        }
    }

    /** The network for these conditions, [R, Z]; one use at a time. */
    public Rows rows(Tensor conditions) {
        return new Rows(conditions);
    }

    /** The network's output at each time, for some conditions. Owns what it has computed ahead. */
    public final class Rows implements AutoCloseable {

        private final Tensor embedded;
        private final long ahead;
        private final List<Tensor> modulations = new ArrayList<>();
        private long from;
        private long until;

        private Rows(Tensor conditions) {
            try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
                embedded = conditionEmbedding.forward(conditions).keep();
            }
            ahead = Math.max(1, ROWS_AHEAD / Math.max(1, embedded.size(0)));
        }

        /**
         * The output at one time.
         *
         * @param time the number of the time
         * @param x    [n, D], where R is a multiple of n: x is repeated for each n of the conditions
         * @return [R, D]
         */
        public Tensor at(int time, Tensor x) {
            try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
                if (time < from || time >= until) {
                    compute(time);
                }
                Tensor h = inputProjection.forward(x);
                long copies = embedded.size(0) / x.size(0);
                if (copies > 1) {
                    h = h.repeat(copies, 1);
                }
                for (int i = 0; i < blocks.size(); i++) {
                    h = block(blocks.get(i), h, modulation(i, time, 3));
                }
                List<Tensor> last = modulation(blocks.size(), time, 2);
                return output.forward(modulate(finalNorm, h, last)).moveOutward();
            }
        }

        private Tensor block(Block block, Tensor h, List<Tensor> modulation) {
            Tensor hidden = Functional.silu(block.first().forward(modulate(block.norm(), h, modulation)));
            return h.addcmul(modulation.get(2), block.second().forward(hidden));
        }

        private static Tensor modulate(LayerNorm norm, Tensor h, List<Tensor> modulation) {
            return modulation.get(0).addcmul(norm.forward(h), modulation.get(1));
        }

        /** Shift, factor and, in blocks, gate. */
        private List<Tensor> modulation(int layer, int time, int count) {
            return modulations.get(layer).select(0, time - from).chunk(count, -1);
        }

        private void compute(int time) {
            release();
            from = time;
            until = Math.min(timeEmbeddings.size(0), time + ahead);
            Tensor times = timeEmbeddings.narrow(0, from, until - from).unsqueeze(1);
            Tensor activated = Functional.silu(times.add(embedded));
            blocks.forEach(block -> modulations.add(factors(block.modulation().forward(activated), 3)));
            modulations.add(factors(finalModulation.forward(activated), 2));
        }

        /** Adds the 1 of the factor 1 + scale. */
        private static Tensor factors(Tensor modulation, int parts) {
            modulation.chunk(parts, -1).get(1).add_(1);
            return modulation.keep();
        }

        private void release() {
            modulations.forEach(Tensor::close);
            modulations.clear();
            until = from;
        }

        /** Frees what was computed ahead. */
        @Override
        public void close() {
            release();
            embedded.close();
        }
    }

    /** Frees the embedded times. */
    @Override
    public void close() {
        timeEmbeddings.close();
    }
}
