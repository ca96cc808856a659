package org.flowprior.flow;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** How to find the trace of a velocity field's Jacobian, tr &part;v/&part;x (Eq. 4 and 10). */
public sealed interface TraceEstimator {

    /** The trace itself. */
    TraceEstimator EXACT = new Exact();

    /**
     * Directions e such that the sum of e&#7488; (&part;v/&part;x) e over them is the trace, or estimates it.
     *
     * @param x         [N, D]
     * @param generator null for the default generator of x's device; unused for the exact trace
     * @return each [N, D], of the dtype of x
     */
    List<Tensor> directions(Tensor x, Generator generator);

    /** The exact trace: the D unit vectors, one backward pass for each. */
    record Exact() implements TraceEstimator {

        @Override
        public List<Tensor> directions(Tensor x, Generator generator) {
            List<Tensor> directions = new ArrayList<>();
            Tensor units = Torch.eye(x.size(1), x.dtype(), x.device());
            for (int d = 0; d < x.size(1); d++) {
                directions.add(units.select(0, d).expand(x.shape()));
            }
            return directions;
        }
    }

    /**
     * Hutchinson's estimate, the mean of e&#7488; (&part;v/&part;x) e over random probes: unbiased, one backward pass
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
            List<Tensor> directions = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                directions.add(probes.draw(x, generator).div_(Math.sqrt(count)));
            }
            return directions;
        }
    }

    /** A distribution of probes with unit covariance. */
    enum Probes {

        /** Entries &plusmn;1: exact for a diagonal Jacobian, and of the least variance. */
        RADEMACHER {
            @Override
            Tensor draw(Tensor x, Generator generator) {
                return Torch.randint(2, x.shape(), generator, x.dtype(), x.device()).mul_(2).sub_(1);
            }
        },
        /** Entries N(0, 1). */
        GAUSSIAN {
            @Override
            Tensor draw(Tensor x, Generator generator) {
                return Torch.randn(x.shape(), generator, x.dtype(), x.device());
            }
        };

        abstract Tensor draw(Tensor x, Generator generator);
    }
}
