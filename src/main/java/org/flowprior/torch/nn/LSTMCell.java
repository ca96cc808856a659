package org.flowprior.torch.nn;

import java.util.List;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Results;
import org.flowprior.torch.Tensor;

/** One step of an {@link LSTM}: {@code torch.nn.LSTMCell}. */
public final class LSTMCell extends RNNCellBase<LSTMCell> {

    /** With a bias and initial values from the default generator. */
    public LSTMCell(long input, long hidden) {
        this(input, hidden, true, null);
    }

    /** With initial values from this generator; null for the default one. */
    public LSTMCell(long input, long hidden, boolean bias, Generator generator) {
        super(input, hidden, 4, bias, generator);
    }

    /** x [batch, input] or [input] from zeros to the hidden state and cell, [batch, hidden] or [hidden]. */
    public Results.HiddenCell forward(Tensor x) {
        return zeros(x).into(state -> forward(x, state, state));
    }

    /** x and a state of as many dimensions to the next state. */
    public Results.HiddenCell forward(Tensor x, Tensor hidden, Tensor cell) {
        Tensor[] next = new Tensor[1];
        boolean batched = x.dim() == 2;
        Tensor output = step(x, hidden, (in, state) -> {
            Tensor c = batched ? cell.share() : cell.unsqueeze(0);
            Results.HiddenCell both = c.into(
                    old -> Functional.lstmCell(in, List.of(state, old), weightIh, weightHh, biasIh, biasHh));
            next[0] = batched ? both.cell() : both.cell().into(row -> row.squeeze(0)).moveOutward();
            return both.hidden();
        });
        return new Results.HiddenCell(output, next[0]);
    }
}
