package org.flowprior.torch.nn;

import java.util.List;
import java.util.function.BiFunction;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Results;
import org.flowprior.torch.Tensor;

/** A recurrent network whose state is one tensor. */
public abstract sealed class StateRNN<S extends StateRNN<S>> extends RNNBase<S> permits GRU, RNN {

    /**
     * What a sequence gives.
     *
     * @param output the last layer's outputs, [time, batch, directions · hidden], or the batch first
     * @param hidden the last outputs of each layer and direction, [layers · directions, batch, hidden]
     */
    public record Output(Tensor output, Tensor hidden) {}

    /** What packed sequences give; hidden is in the order of the batch that was packed. */
    public record PackedOutput(PackedSequence output, Tensor hidden) {}

    StateRNN(long input, long hidden, int gates, Options options, Generator generator) {
        super(input, hidden, gates, checked(options), generator);
    }

    private static Options checked(Options options) {
        if (options.projSize() != 0) {
            throw new IllegalArgumentException("only an LSTM has projections; leave projSize at 0");
        }
        return options;
    }

    /** From zeros. */
    public final Output forward(Tensor x) {
        return zeroHidden(x, batchOf(x)).into(hidden -> x.dim() == 3 ? run(x, hidden) : unbatched(x, hidden));
    }

    /**
     * From a state.
     *
     * @param x [time, batch, input], [batch, time, input] with {@code batchFirst}, or [time, input] without a batch;
     *          hidden then also has no batch
     */
    public final Output forward(Tensor x, Tensor hidden) {
        batchOf(x);
        return x.dim() == 3 ? run(x, hidden) : hidden.unsqueeze(1).into(state -> unbatched(x, state));
    }

    private Output unbatched(Tensor x, Tensor hidden) {
        Output all = x.unsqueeze(batchDim()).into(batch -> run(batch, hidden));
        return new Output(all.output.into(y -> y.squeeze(batchDim())), all.hidden.into(h -> h.squeeze(1)));
    }

    private Output run(Tensor x, Tensor hidden) {
        return run(x, hidden, this::sequences);
    }

    /** Of packed sequences, from zeros. */
    public final PackedOutput forward(PackedSequence x) {
        return zeroHidden(x.data(), x.batch()).into(hidden -> sorted(x, hidden));
    }

    /** Of packed sequences, from a state in the order of the batch that was packed. */
    public final PackedOutput forward(PackedSequence x, Tensor hidden) {
        return x.sort(hidden).into(state -> sorted(x, state));
    }

    private PackedOutput sorted(PackedSequence x, Tensor hidden) {
        Output all = run(x.data(), hidden, (data, state) -> packed(data, x.batchSizes(), state));
        return new PackedOutput(x.withData(all.output), all.hidden.into(x::unsort));
    }

    private Output run(Tensor x, Tensor hidden, BiFunction<Tensor, Tensor, Results.OutputHidden> op) {
        Tensor[] state = new Tensor[1];
        Tensor output = hooked(List.of(x, hidden), in -> {
            Results.OutputHidden all = op.apply(in.get(0), in.get(1));
            state[0] = all.hidden();
            return all.output();
        });
        return new Output(output, state[0]);
    }

    abstract Results.OutputHidden sequences(Tensor x, Tensor hidden);

    abstract Results.OutputHidden packed(Tensor data, Tensor batchSizes, Tensor hidden);
}
