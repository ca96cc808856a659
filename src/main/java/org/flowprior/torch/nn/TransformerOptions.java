package org.flowprior.torch.nn;

import java.util.function.UnaryOperator;
import org.flowprior.torch.Tensor;

/**
 * The arguments that {@link TransformerEncoderLayer}, {@link TransformerDecoderLayer} and {@link Transformer} share,
 * other than size, heads and layers.
 *
 * @param dimFeedforward the size between the two linear layers
 * @param dropout        the probability of all dropouts
 * @param activation     the function between the two linear layers, such as {@code Functional::gelu}
 * @param layerNormEps   the epsilon of all layer norms
 * @param batchFirst     whether tensors are [batch, time, size] instead of [time, batch, size]
 * @param normFirst      whether norms come before attention and linear layers instead of after the sums
 * @param bias           whether linear layers and norms have biases
 */
public record TransformerOptions(long dimFeedforward, double dropout, UnaryOperator<Tensor> activation,
        double layerNormEps, boolean batchFirst, boolean normFirst, boolean bias) {

    /** PyTorch's defaults: 2048, dropout 0.1, ReLU, epsilon 1e-5, time first, norms last, biases. */
    public static final TransformerOptions DEFAULT = new TransformerOptions(2048, 0.1, Tensor::relu, 1e-5, false, false,
            true);

    /** With this size between the linear layers. */
    public TransformerOptions withDimFeedforward(long value) {
        return new TransformerOptions(value, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    /** With this dropout. */
    public TransformerOptions withDropout(double value) {
        return new TransformerOptions(dimFeedforward, value, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    /** With this function between the linear layers. */
    public TransformerOptions withActivation(UnaryOperator<Tensor> value) {
        return new TransformerOptions(dimFeedforward, dropout, value, layerNormEps, batchFirst, normFirst, bias);
    }

    /** With this epsilon. */
    public TransformerOptions withLayerNormEps(double value) {
        return new TransformerOptions(dimFeedforward, dropout, activation, value, batchFirst, normFirst, bias);
    }

    /** With the batch or the time first. */
    public TransformerOptions withBatchFirst(boolean value) {
        return new TransformerOptions(dimFeedforward, dropout, activation, layerNormEps, value, normFirst, bias);
    }

    /** With norms first or last. */
    public TransformerOptions withNormFirst(boolean value) {
        return new TransformerOptions(dimFeedforward, dropout, activation, layerNormEps, batchFirst, value, bias);
    }

    /** With or without biases. */
    public TransformerOptions withBias(boolean value) {
        return new TransformerOptions(dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, value);
    }

    MultiheadAttention attention(long size, long heads) {
        return new MultiheadAttention(size, heads, MultiheadAttention.Options.DEFAULT.withDropout(dropout)
                .withBatchFirst(batchFirst).withBias(bias));
    }

    Linear linear1(long size) {
        return new Linear(size, dimFeedforward, bias);
    }

    Linear linear2(long size) {
        return new Linear(dimFeedforward, size, bias);
    }

    Dropout drop() {
        return new Dropout(dropout);
    }

    LayerNorm norm(long size) {
        return new LayerNorm(new long[] {size}, layerNormEps, true, bias);
    }
}
