package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;

/** One step of an {@link RNN}: {@code torch.nn.RNNCell}. */
public final class RNNCell extends RNNCellBase<RNNCell> {

    private final RNN.Step step;

    /** With a bias and initial values from the default generator. */
    public RNNCell(long input, long hidden) {
        this(input, hidden, true, RNN.Step.TANH, null);
    }

    /** With this function and initial values from this generator; null for the default one. */
    public RNNCell(long input, long hidden, boolean bias, RNN.Step step, Generator generator) {
        super(input, hidden, 1, bias, generator);
        this.step = step;
    }

    /** x [batch, input] or [input] from zeros to [batch, hidden] or [hidden]. */
    public Tensor forward(Tensor x) {
        return zeros(x).into(hidden -> forward(x, hidden));
    }

    /** x [batch, input] or [input] and hidden [batch, hidden] or [hidden] to the next hidden. */
    public Tensor forward(Tensor x, Tensor hidden) {
        return step(x, hidden, this::next);
    }

    private Tensor next(Tensor x, Tensor hidden) {
        return step == RNN.Step.TANH ? Functional.rnnTanhCell(x, hidden, weightIh, weightHh, biasIh, biasHh)
                : Functional.rnnReluCell(x, hidden, weightIh, weightHh, biasIh, biasHh);
    }

    @Override
    protected String extraRepr() {
        return super.extraRepr() + (step == RNN.Step.TANH ? "" : ", nonlinearity=relu");
    }
}
