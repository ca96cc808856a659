package org.flowprior.torch.nn;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * What the recurrent networks share: {@code torch.nn.LSTM}, {@code GRU} and {@code RNN}. The keys are
 * {@code weight_ih_l0}, {@code weight_hh_l0}, {@code bias_ih_l0}, {@code bias_hh_l0} for the first layer, and so on,
 * with {@code _reverse} for the other direction. Initial values are uniform in ±1/√hidden.
 */
public abstract sealed class RNNBase<S extends RNNBase<S>> extends TypedModule<S> permits LSTM, StateRNN {

    private final long input;
    private final long hidden;
    final Options options;
    final List<Tensor> weights = new ArrayList<>();

    RNNBase(long input, long hidden, int gates, Options options, Generator generator) {
        options.check(hidden);
        this.input = input;
        this.hidden = hidden;
        this.options = options;
        for (int layer = 0; layer < options.numLayers; layer++) {
            for (int direction = 0; direction < options.directions(); direction++) {
                String suffix = "_l" + layer + (direction == 0 ? "" : "_reverse");
                addWeights(suffix, gates * hidden, layer == 0 ? input : outputSize() * options.directions());
            }
        }
        double bound = 1 / Math.sqrt(hidden);
        weights.forEach(weight -> Init.uniform_(weight, -bound, bound, generator));
    }

    private void addWeights(String suffix, long gateSize, long inputSize) {
        addWeight("weight_ih" + suffix, gateSize, inputSize);
        addWeight("weight_hh" + suffix, gateSize, outputSize());
        if (options.bias) {
            addWeight("bias_ih" + suffix, gateSize);
            addWeight("bias_hh" + suffix, gateSize);
        }
        if (options.projSize > 0) {
            addWeight("weight_hr" + suffix, options.projSize, hidden);
        }
    }

    private void addWeight(String name, long... shape) {
        weights.add(registerParameter(name, Torch.empty(shape)));
    }

    private long outputSize() {
        return options.projSize > 0 ? options.projSize : hidden;
    }

    /** Zeros for the output of each layer and direction. */
    final Tensor zeroHidden(Tensor x, long batch) {
        return zeros(x, batch, outputSize());
    }

    /** Zeros for the cell of each layer and direction. */
    final Tensor zeroCell(Tensor x, long batch) {
        return zeros(x, batch, hidden);
    }

    private Tensor zeros(Tensor x, long batch, long size) {
        return Torch.zeros(new long[] {options.numLayers * options.directions(), batch, size}, x.dtype(), x.device());
    }

    /** The batch size of x, for x without a batch 1. */
    final long batchOf(Tensor x) {
        if (x.dim() != 2 && x.dim() != 3) {
            throw new IllegalArgumentException(typeName() + " takes 3 dimensions, or 2 without a batch, not "
                    + x.signature());
        }
        return x.dim() == 2 ? 1 : x.size(options.batchFirst ? 0 : 1);
    }

    /** The dimension of x that the batch has, or gets. */
    final long batchDim() {
        return options.batchFirst ? 0 : 1;
    }

    @Override
    protected final String extraRepr() {
        return input + ", " + hidden + (options.projSize == 0 ? "" : ", proj_size=" + options.projSize)
                + (options.numLayers == 1 ? "" : ", num_layers=" + options.numLayers)
                + (options.bias ? "" : ", bias=False") + (options.batchFirst ? ", batch_first=True" : "")
                + (options.dropout == 0 ? "" : ", dropout=" + Python.repr(options.dropout))
                + (options.bidirectional ? ", bidirectional=True" : "");
    }

    /**
     * The arguments of PyTorch's constructor other than the sizes.
     *
     * @param batchFirst whether x is [batch, time, input] instead of [time, batch, input]
     * @param dropout    the probability of dropout after each layer but the last, in training
     * @param projSize   the size to which an LSTM's outputs are projected; 0 for none
     */
    public record Options(int numLayers, boolean bias, boolean batchFirst, double dropout, boolean bidirectional,
            long projSize) {

        /** This many layers, a bias, and PyTorch's other defaults. */
        public static Options layers(int count) {
            return new Options(count, true, false, 0, false, 0);
        }

        /** With or without a bias. */
        public Options withBias(boolean value) {
            return new Options(numLayers, value, batchFirst, dropout, bidirectional, projSize);
        }

        /** With the batch or the time first. */
        public Options withBatchFirst(boolean value) {
            return new Options(numLayers, bias, value, dropout, bidirectional, projSize);
        }

        /** With this dropout between layers. */
        public Options withDropout(double value) {
            return new Options(numLayers, bias, batchFirst, value, bidirectional, projSize);
        }

        /** In both directions or in one. */
        public Options withBidirectional(boolean value) {
            return new Options(numLayers, bias, batchFirst, dropout, value, projSize);
        }

        /** With projections of this size, for an LSTM. */
        public Options withProjSize(long value) {
            return new Options(numLayers, bias, batchFirst, dropout, bidirectional, value);
        }

        int directions() {
            return bidirectional ? 2 : 1;
        }

        private void check(long hidden) {
            if (numLayers < 1 || !(dropout >= 0 && dropout <= 1) || projSize < 0 || projSize >= hidden) {
                throw new IllegalArgumentException(
                        "a recurrent network needs at least 1 layer, a dropout in [0, 1] and "
                                + "projections smaller than hidden, " + hidden + "; not " + this);
            }
        }
    }
}
