package org.flowprior.torch.nn;

import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Encoder layers one after the other: {@code torch.nn.TransformerEncoder}, with the keys {@code layers.0.*} and so on.
 */
public final class TransformerEncoder extends TypedLayer<TransformerEncoder> {

    private final ModuleList<TransformerEncoderLayer> layers;
    private final LayerNorm norm;

    /** This many copies of a layer, which remains the caller's. */
    public TransformerEncoder(TransformerEncoderLayer layer, int count) {
        this(layer, count, null);
    }

    /** This many copies of a layer, which remains the caller's, and a last norm, which this owns; or null. */
    public TransformerEncoder(TransformerEncoderLayer layer, int count, LayerNorm norm) {
        this.layers = register("layers", ModuleList.generate(count, layer::copy));
        this.norm = norm == null ? null : register("norm", norm);
    }

    /** Source [time, batch, size], or the batch first, to the same shape. */
    @Override
    public Tensor forward(Tensor src) {
        return forward(src, null, null, false);
    }

    /** With masks for all layers, as in {@link MultiheadAttention#forward}. */
    public Tensor forward(Tensor src, Tensor mask, Tensor srcKeyPaddingMask, boolean isCausal) {
        return hooked(src, in -> Scope.returning(() -> {
            Tensor y = in;
            for (TransformerEncoderLayer layer : layers) {
                y = layer.forward(y, mask, srcKeyPaddingMask, isCausal);
            }
            return norm == null ? y : norm.forward(y);
        }));
    }
}
