package org.flowprior.torch.nn;

import java.util.List;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Encoder and decoder (Vaswani et al., 2017): {@code torch.nn.Transformer}, with the keys {@code encoder.layers.0.*},
 * {@code encoder.norm.*}, {@code decoder.*}. All weight matrices are Xavier uniform.
 */
public final class Transformer extends TypedModule<Transformer> {

    private final TransformerEncoder encoder;
    private final TransformerDecoder decoder;

    /** With PyTorch's defaults: size 512, 8 heads, 6 layers each. */
    public Transformer() {
        this(512, 8, 6, 6, TransformerOptions.DEFAULT);
    }

    /** With these options and initial values from the default generator. */
    public Transformer(long size, long heads, int encoderLayers, int decoderLayers, TransformerOptions options) {
        try (TransformerEncoderLayer layer = new TransformerEncoderLayer(size, heads, options)) {
            encoder = register("encoder", new TransformerEncoder(layer, encoderLayers, options.norm(size)));
        }
        try (TransformerDecoderLayer layer = new TransformerDecoderLayer(size, heads, options)) {
            decoder = register("decoder", new TransformerDecoder(layer, decoderLayers, options.norm(size)));
        }
        parameters().stream().filter(parameter -> parameter.dim() > 1)
                .forEach(parameter -> Init.xavierUniform_(parameter, 1, null));
    }

    /** Returns the encoder. */
    public TransformerEncoder encoder() {
        return encoder;
    }

    /** Returns the decoder. */
    public TransformerDecoder decoder() {
        return decoder;
    }

    /** Source [source, batch, size] and target [time, batch, size], or the batches first, to the target's shape. */
    public Tensor forward(Tensor source, Tensor target) {
        return forward(source, target, null, null, TransformerDecoderLayer.Masks.NONE);
    }

    /**
     * With masks, each null for none, as in {@link MultiheadAttention#forward}.
     *
     * @param sourceMask       which sources a source sees
     * @param sourceKeyPadding which sources do not count in the encoder
     * @param masks            the masks of the decoder
     */
    public Tensor forward(Tensor source, Tensor target, Tensor sourceMask, Tensor sourceKeyPadding,
            TransformerDecoderLayer.Masks masks) {
        return hooked(List.of(source, target), in -> encoder.forward(in.get(0), sourceMask, sourceKeyPadding, false)
                .into(memory -> decoder.forward(in.get(1), memory, masks)));
    }

    /** Returns the causal mask [size, size]: minus infinity above the diagonal, 0 elsewhere. */
    public static Tensor generateSquareSubsequentMask(long size) {
        return Scope.returning(() -> Torch.full(new long[] {size, size}, Double.NEGATIVE_INFINITY).triu(1));
    }

    /** Of the dtype and on the device of a tensor. */
    static Tensor generateSquareSubsequentMask(long size, Tensor like) {
        return Torch.full(new long[] {size, size}, Double.NEGATIVE_INFINITY, like.dtype(), like.device())
                .into(full -> full.triu(1));
    }
}
