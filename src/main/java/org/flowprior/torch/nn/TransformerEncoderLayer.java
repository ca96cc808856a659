package org.flowprior.torch.nn;

import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Self-attention and two linear layers: {@code torch.nn.TransformerEncoderLayer}, with the keys {@code self_attn.*},
 * {@code linear1.*}, {@code linear2.*}, {@code norm1.*} and {@code norm2.*}.
 */
public final class TransformerEncoderLayer extends TypedLayer<TransformerEncoderLayer> {

    private final long size;
    private final long heads;
    private final TransformerOptions options;
    private final MultiheadAttention selfAttn;
    private final Linear linear1;
    private final Dropout dropout;
    private final Linear linear2;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final Dropout dropout1;
    private final Dropout dropout2;

    /** With PyTorch's defaults. */
    public TransformerEncoderLayer(long size, long heads) {
        this(size, heads, TransformerOptions.DEFAULT);
    }

    /** With these options and initial values from the default generator. */
    public TransformerEncoderLayer(long size, long heads, TransformerOptions options) {
        this.size = size;
        this.heads = heads;
        this.options = options;
        selfAttn = register("self_attn", options.attention(size, heads));
        linear1 = register("linear1", options.linear1(size));
        dropout = register("dropout", options.drop());
        linear2 = register("linear2", options.linear2(size));
        norm1 = register("norm1", options.norm(size));
        norm2 = register("norm2", options.norm(size));
        dropout1 = register("dropout1", options.drop());
        dropout2 = register("dropout2", options.drop());
    }

    /** A layer of its own with the same options, values and mode. */
    TransformerEncoderLayer copy() {
        TransformerEncoderLayer copy = Init.skipped(() -> new TransformerEncoderLayer(size, heads, options));
        copy.loadStateDict(stateDict());
        return copy.train(isTraining());
    }

    /** x [time, batch, size], or the batch first, to the same shape. */
    @Override
    public Tensor forward(Tensor x) {
        return forward(x, null, null, false);
    }

    /** With masks as in {@link MultiheadAttention#forward}. */
    public Tensor forward(Tensor x, Tensor mask, Tensor keyPaddingMask, boolean isCausal) {
        return hooked(x, in -> Scope.returning(() -> {
            if (options.normFirst()) {
                Tensor y = in.add(attend(norm1.forward(in), mask, keyPaddingMask, isCausal));
                return y.add(feedForward(norm2.forward(y)));
            }
            Tensor y = norm1.forward(in.add(attend(in, mask, keyPaddingMask, isCausal)));
            return norm2.forward(y.add(feedForward(y)));
        }));
    }

    private Tensor attend(Tensor x, Tensor mask, Tensor keyPaddingMask, boolean isCausal) {
        return dropout1.forward(selfAttn.forward(x, x, x, keyPaddingMask, false, mask, false, isCausal).output());
    }

    private Tensor feedForward(Tensor x) {
        return dropout2.forward(linear2.forward(dropout.forward(options.activation().apply(linear1.forward(x)))));
    }
}
