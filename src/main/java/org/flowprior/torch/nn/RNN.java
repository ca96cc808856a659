package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Results;
import org.flowprior.torch.Tensor;

/** h' = tanh(W x + U h + b), or with a ReLU, over sequences: {@code torch.nn.RNN}, with the keys of {@link RNNBase}. */
public final class RNN extends StateRNN<RNN> {

    /** The function of a recurrent step. */
    public enum Step { TANH, RELU }

    private final boolean tanh;

    /** With one layer, tanh, and PyTorch's defaults. */
    public RNN(long input, long hidden) {
        this(input, hidden, 1);
    }

    /** With this many layers, tanh, and PyTorch's other defaults. */
    public RNN(long input, long hidden, int numLayers) {
        this(input, hidden, Options.layers(numLayers), Step.TANH, null);
    }

    /** With this function and these options, and initial values from this generator; null for the default one. */
    public RNN(long input, long hidden, Options options, Step step, Generator generator) {
        super(input, hidden, 1, options, generator);
        this.tanh = step == Step.TANH;
    }

    @Override
    Results.OutputHidden packed(Tensor data, Tensor batchSizes, Tensor hidden) {
        return tanh ? Functional.rnnTanh(data, batchSizes, hidden, weights, options.bias(), options.numLayers(),
                options.dropout(), isTraining(), options.bidirectional())
                : Functional.rnnRelu(data, batchSizes, hidden, weights, options.bias(), options.numLayers(),
                        options.dropout(), isTraining(), options.bidirectional());
    }

    @Override
    Results.OutputHidden sequences(Tensor x, Tensor hidden) {
        return tanh ? Functional.rnnTanh(x, hidden, weights, options.bias(), options.numLayers(),
                options.dropout(), isTraining(), options.bidirectional(), options.batchFirst())
                : Functional.rnnRelu(x, hidden, weights, options.bias(), options.numLayers(),
                        options.dropout(), isTraining(), options.bidirectional(), options.batchFirst());
    }
}
