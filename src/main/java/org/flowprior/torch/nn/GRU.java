package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Results;
import org.flowprior.torch.Tensor;

/** Gated recurrent units over sequences: {@code torch.nn.GRU}, with the keys of {@link RNNBase}. */
public final class GRU extends StateRNN<GRU> {

    /** With one layer and PyTorch's defaults. */
    public GRU(long input, long hidden) {
        this(input, hidden, 1);
    }

    /** With this many layers and PyTorch's other defaults. */
    public GRU(long input, long hidden, int numLayers) {
        this(input, hidden, Options.layers(numLayers), null);
    }

    /** With these options: {@code GRU.Options.layers(2).withBatchFirst(true)}. */
    public GRU(long input, long hidden, Options options) {
        this(input, hidden, options, null);
    }

    /** With initial values from this generator; null for the default one. */
    public GRU(long input, long hidden, Options options, Generator generator) {
        super(input, hidden, 3, options, generator);
    }

    @Override
    Results.OutputHidden sequences(Tensor x, Tensor hidden) {
        return Functional.gru(x, hidden, weights, options.bias(), options.numLayers(),
                options.dropout(), isTraining(), options.bidirectional(), options.batchFirst());
    }

    @Override
    Results.OutputHidden packed(Tensor data, Tensor batchSizes, Tensor hidden) {
        return Functional.gru(data, batchSizes, hidden, weights, options.bias(), options.numLayers(),
                options.dropout(), isTraining(), options.bidirectional());
    }
}
