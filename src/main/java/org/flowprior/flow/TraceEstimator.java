package org.flowprior.flow;

import java.util.List;
import java.util.stream.Stream;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** A way to find the trace of a velocity field's Jacobian, tr ∂v/∂x (Eq. 4 and 10). */
public sealed interface TraceEstimator {

    /** The exact trace. */
    TraceEstimator EXACT = new Exact();

    /**
     * Returns directions e such that the sum of eᵀ (∂v/∂x) e over them is the trace, or estimates it.
     *
     * @param x         [N, D]
     * @param generator null for the default generator of x's device; the exact trace does not use it
     * @return each [N, D], of the dtype of x
     */
    List<Tensor> directions(Tensor x, Generator generator);

    /** The exact trace: the D unit vectors, one backward pass for each. */
    record Exact() implements TraceEstimator {

        @Override
        public List<Tensor> directions(Tensor x, Generator generator) {
            return Torch.eye(x.size(1), x.dtype(), x.device()).unbind().stream().map(unit -> unit.expand(x.shape()))
                    .toList();
        }
    }

    /**
     * Hutchinson's estimate, the mean of eᵀ (∂v/∂x) e over random probes: unbiased, one backward pass
     * for each probe. Along a trajectory the probes stay the same.
     *
     * @param probes the probes' distribution
     * @param count  number of probes
     */
    record Hutchinson(Probes probes, int count) implements TraceEstimator {

        /** Throws {@link IllegalArgumentException} for less than one probe. */
        public Hutchinson {
            if (count < 1) {
                throw new IllegalArgumentException("Hutchinson's trace needs at least 1 probe, not " + count);
            }
        }

        @Override
        public List<Tensor> directions(Tensor x, Generator generator) {
            return Stream.generate(() -> probes.draw(x, generator).div_(Math.sqrt(count))).limit(count).toList();
        }
    }

    /** A distribution of probes with unit covariance. */
    enum Probes {
        /** Entries ±1: exact for a diagonal Jacobian, and of the least variance. */
        RADEMACHER,
        /** Entries N(0, 1). */
        GAUSSIAN;

        private Tensor draw(Tensor x, Generator generator) {
            return switch (this) {
                case RADEMACHER -> Torch.randint(2, x.shape(), generator, x.dtype(), x.device()).mul_(2).sub_(1);
                case GAUSSIAN -> Torch.randn(x.shape(), generator, x.dtype(), x.device());
            };
        }
    }
}
