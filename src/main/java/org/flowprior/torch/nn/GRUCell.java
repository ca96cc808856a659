package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;

/** One step of a {@link GRU}: {@code torch.nn.GRUCell}. */
public final class GRUCell extends RNNCellBase<GRUCell> {

    /** With a bias and initial values from the default generator. */
    public GRUCell(long input, long hidden) {
        this(input, hidden, true, null);
    }

    /** With initial values from this generator; null for the default one. */
    public GRUCell(long input, long hidden, boolean bias, Generator generator) {
        super(input, hidden, 3, bias, generator);
    }

    /** x [batch, input] or [input] from zeros to [batch, hidden] or [hidden]. */
    public Tensor forward(Tensor x) {
        return zeros(x).into(hidden -> forward(x, hidden));
    }

    /** x [batch, input] or [input] and hidden [batch, hidden] or [hidden] to the next hidden. */
    public Tensor forward(Tensor x, Tensor hidden) {
        return step(x, hidden, (in, state) -> Functional.gruCell(in, state, weightIh, weightHh, biasIh, biasHh));
    }
}
