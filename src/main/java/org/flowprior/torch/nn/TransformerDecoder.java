package org.flowprior.torch.nn;

import java.util.List;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Decoder layers one after the other: {@code torch.nn.TransformerDecoder}, with the keys {@code layers.0.*} and so on.
 */
public final class TransformerDecoder extends TypedModule<TransformerDecoder> {

    private final ModuleList<TransformerDecoderLayer> layers;
    private final LayerNorm norm;

    /** This many copies of a layer, which remains the caller's. */
    public TransformerDecoder(TransformerDecoderLayer layer, int count) {
        this(layer, count, null);
    }

    /** This many copies of a layer, which remains the caller's, and a last norm, which this owns; or null. */
    public TransformerDecoder(TransformerDecoderLayer layer, int count, LayerNorm norm) {
        layers = register("layers", ModuleList.generate(count, layer::copy));
        this.norm = norm == null ? null : register("norm", norm);
    }

    /** Target [time, batch, size] and memory [source, batch, size], or the batches first, to the target's shape. */
    public Tensor forward(Tensor target, Tensor memory) {
        return forward(target, memory, TransformerDecoderLayer.Masks.NONE);
    }

    /** With masks for all layers. */
    public Tensor forward(Tensor target, Tensor memory, TransformerDecoderLayer.Masks masks) {
        return hooked(List.of(target, memory), in -> Scope.returning(() -> {
            Tensor y = in.get(0);
            for (TransformerDecoderLayer layer : layers) {
                y = layer.forward(y, in.get(1), masks);
            }
            return norm == null ? y : norm.forward(y);
        }));
    }
}
