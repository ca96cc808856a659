package org.flowprior.torch.nn;

import java.util.List;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Results;
import org.flowprior.torch.Tensor;

/** Long short-term memory over sequences: {@code torch.nn.LSTM}, with the keys of {@link RNNBase}. */
public final class LSTM extends RNNBase<LSTM> {

    /**
     * What a sequence gives.
     *
     * @param output the last layer's outputs, [time, batch, directions · hidden], or the batch first
     * @param hidden the last outputs of each layer and direction, [layers · directions, batch, hidden]
     * @param cell   the last cells of the same shape
     */
    public record Output(Tensor output, Tensor hidden, Tensor cell) {}

    /** What packed sequences give; hidden and cell are in the order of the batch that was packed. */
    public record PackedOutput(PackedSequence output, Tensor hidden, Tensor cell) {}

    /** With one layer and PyTorch's defaults. */
    public LSTM(long input, long hidden) {
        this(input, hidden, 1);
    }

    /** With this many layers and PyTorch's other defaults. */
    public LSTM(long input, long hidden, int numLayers) {
        this(input, hidden, Options.layers(numLayers), null);
    }

    /** With these options: {@code LSTM.Options.layers(2).withBatchFirst(true)}. */
    public LSTM(long input, long hidden, Options options) {
        this(input, hidden, options, null);
    }

    /** With initial values from this generator; null for the default one. */
    public LSTM(long input, long hidden, Options options, Generator generator) {
        super(input, hidden, 4, options, generator);
    }

    /** From zeros. */
    public Output forward(Tensor x) {
        try (Tensor hidden = zeroHidden(x, batchOf(x)); Tensor cell = zeroCell(x, batchOf(x))) {
            return x.dim() == 3 ? run(x, hidden, cell) : unbatched(x, hidden, cell);
        }
    }

    /**
     * From a state.
     *
     * @param x [time, batch, input], [batch, time, input] with {@code batchFirst}, or [time, input] without a batch;
     *          hidden and cell then also have no batch
     */
    public Output forward(Tensor x, Tensor hidden, Tensor cell) {
        if (x.dim() == 3) {
            return run(x, hidden, cell);
        }
        try (Tensor h = hidden.unsqueeze(1); Tensor c = cell.unsqueeze(1)) {
            return unbatched(x, h, c);
        }
    }

    private Output unbatched(Tensor x, Tensor hidden, Tensor cell) {
        Output all = x.unsqueeze(batchDim()).into(batch -> run(batch, hidden, cell));
        return new Output(all.output.into(y -> y.squeeze(batchDim())), all.hidden.into(h -> h.squeeze(1)),
                all.cell.into(c -> c.squeeze(1)));
    }

    private Output run(Tensor x, Tensor hidden, Tensor cell) {
        Tensor[] state = new Tensor[2];
        Tensor output = hooked(List.of(x, hidden, cell), in -> {
            Results.OutputHiddenCell all = Functional.lstm(in.get(0), in.subList(1, 3), weights, options.bias(),
                    options.numLayers(), options.dropout(), isTraining(), options.bidirectional(),
                    options.batchFirst());
            state[0] = all.hidden();
            state[1] = all.cell();
            return all.output();
        });
        return new Output(output, state[0], state[1]);
    }

    /** Of packed sequences, from zeros. */
    public PackedOutput forward(PackedSequence x) {
        long batch = x.batch();
        try (Tensor hidden = zeroHidden(x.data(), batch); Tensor cell = zeroCell(x.data(), batch)) {
            return sorted(x, hidden, cell);
        }
    }

    /** Of packed sequences, from a state in the order of the batch that was packed. */
    public PackedOutput forward(PackedSequence x, Tensor hidden, Tensor cell) {
        try (Tensor h = x.sort(hidden); Tensor c = x.sort(cell)) {
            return sorted(x, h, c);
        }
    }

    private PackedOutput sorted(PackedSequence x, Tensor hidden, Tensor cell) {
        Tensor[] state = new Tensor[2];
        Tensor output = hooked(List.of(x.data(), hidden, cell), in -> {
            Results.OutputHiddenCell all = Functional.lstm(in.get(0), x.batchSizes(), in.subList(1, 3), weights,
                    options.bias(), options.numLayers(), options.dropout(), isTraining(), options.bidirectional());
            state[0] = all.hidden().into(x::unsort);
            state[1] = all.cell().into(x::unsort);
            return all.output();
        });
        return new PackedOutput(x.withData(output), state[0], state[1]);
    }
}
