package org.flowprior.flow;

import java.util.List;
import org.flowprior.torch.Functional;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * A velocity network at times known in advance. It gives the numbers of {@link VelocityNetwork#forward}, up to
 * rounding, with less work if conditions are few and times are many, as in sampling: each time is embedded once for
 * all rows, each condition once for all times, and the modulations, which do not depend on x, are computed for many
 * times in one product, so that three fifths of the weights are not read again at every step.
 *
 * <p>No gradients. The network must not change while this is in use, and is not closed with it.
 */
public final class VelocitySteps implements AutoCloseable {

    /** Rows of one product: enough to be bound by arithmetic, few enough for the modulations to stay in the cache. */
    private static final long ROWS_AHEAD = 256;

    private final VelocityNetwork network;
    private final Tensor timeEmbeddings;

    /**
     * Embeds the times.
     *
     * @param network raw: the times are in the convention of its weights
     * @param times   in the order in which {@link Rows#at} is called for them
     * @throws IllegalArgumentException for a network without a condition
     */
    public VelocitySteps(VelocityNetwork network, double... times) {
        if (network.config().conditionChannels() == 0) {
            throw new IllegalArgumentException("steps ahead need a velocity network with a condition; this has none");
        }
        this.network = network;
        Tensor weight = network.parameters().getFirst();
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Tensor moved = Tensor.of(times).to(FlowPath.timeType(weight.dtype()), weight.device());
            timeEmbeddings = network.timeEmbedding.forward(moved).keep();
        }
    }

    /** Returns the network for these conditions, [R, Z]; one thread at a time. */
    public Rows rows(Tensor conditions) {
        return new Rows(conditions);
    }

    /** The network's output at each time, for some conditions. Owns the modulations computed in advance. */
    public final class Rows implements AutoCloseable {

        private final Tensor embedded;
        private final long ahead;
        private List<Modulation> modulations = List.of();
        private long from;
        private long until;

        private Rows(Tensor conditions) {
            try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
                embedded = network.conditionEmbedding.forward(conditions).keep();
            }
            ahead = Math.max(1, ROWS_AHEAD / Math.max(1, embedded.size(0)));
        }

        /**
         * Returns the output at one time.
         *
         * @param time the index of the time
         * @param x    [n, D], R a multiple of n: x is repeated for each n of the conditions
         * @return [R, D]
         */
        public Tensor at(int time, Tensor x) {
            try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
                if (time < from || time >= until) {
                    compute(time);
                }
                long copies = embedded.size(0) / x.size(0);
                Tensor h = network.inputProjection.forward(x);
                Tensor rows = copies > 1 ? h.into(one -> one.repeat(copies, 1)) : h;
                return network.forward(rows, modulations, time - from).moveOutward();
            }
        }

        private void compute(int time) {
            release();
            from = time;
            until = Math.min(timeEmbeddings.size(0), time + ahead);
            Tensor times = timeEmbeddings.narrow(0, from, until - from).unsqueeze(1);
            modulations = times.add(embedded).into(Functional::silu).into(network::modulations);
            modulations.forEach(Modulation::keep);
        }

        private void release() {
            modulations.forEach(Modulation::close);
            modulations = List.of();
            until = from;
        }

        /** Frees the modulations and the embedded conditions. */
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
