package org.flowprior.mar;

import org.flowprior.flow.VelocityNetwork;
import org.flowprior.flow.VelocitySteps;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** The head's network at the times of a sampler, in the plain way or with what the times share computed once. */
sealed interface HeadNetwork extends AutoCloseable {

    /** The network for some conditions, [R, D]. */
    Rows rows(Tensor conditions);

    @Override
    void close();

    /** The network's output for its conditions. */
    interface Rows extends AutoCloseable {

        /** {@code time}: the number of the time. {@code x}: [n, C], R a multiple of n. Gives [R, outputs]. */
        Tensor at(int time, Tensor x);

        @Override
        void close();
    }

    /** Every evaluation by itself. */
    record Plain(VelocityNetwork network, double[] times) implements HeadNetwork {

        @Override
        public Rows rows(Tensor conditions) {
            return new Rows() {
                @Override
                public Tensor at(int time, Tensor x) {
                    long rows = conditions.size(0);
                    DType dtype = x.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
                    Tensor t = Torch.full(new long[] {rows}, times[time], dtype, x.device());
                    return network.forward(x.repeat(rows / x.size(0), 1), t, conditions);
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void close() {}
    }

    /** Through {@link VelocitySteps}. */
    record Precomputed(VelocitySteps steps) implements HeadNetwork {

        @Override
        public Rows rows(Tensor conditions) {
            VelocitySteps.Rows rows = steps.rows(conditions);
            return new Rows() {
                @Override
                public Tensor at(int time, Tensor x) {
                    return rows.at(time, x);
                }

                @Override
                public void close() {
                    rows.close();
                }
            };
        }

        @Override
        public void close() {
            steps.close();
        }
    }
}
