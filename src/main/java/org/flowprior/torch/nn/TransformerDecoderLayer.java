package org.flowprior.torch.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Self-attention, attention to a memory, and two linear layers: {@code torch.nn.TransformerDecoderLayer}, with the keys
 * {@code self_attn.*}, {@code multihead_attn.*}, {@code linear1.*}, {@code linear2.*} and {@code norm1.*} to
 * {@code norm3.*}.
 */
public final class TransformerDecoderLayer extends TypedModule<TransformerDecoderLayer> {

    private final long size;
    private final long heads;
    private final TransformerOptions options;
    private final MultiheadAttention selfAttn;
    private final MultiheadAttention multiheadAttn;
    private final Linear linear1;
    private final Dropout dropout;
    private final Linear linear2;
    private final List<LayerNorm> norms = new ArrayList<>();
    private final List<Dropout> dropouts = new ArrayList<>();

    /** With PyTorch's defaults. */
    public TransformerDecoderLayer(long size, long heads) {
        this(size, heads, TransformerOptions.DEFAULT);
    }

    /** With these options and initial values from the default generator. */
    public TransformerDecoderLayer(long size, long heads, TransformerOptions options) {
        this.size = size;
        this.heads = heads;
        this.options = options;
        selfAttn = register("self_attn", options.attention(size, heads));
        multiheadAttn = register("multihead_attn", options.attention(size, heads));
        linear1 = register("linear1", options.linear1(size));
        dropout = register("dropout", options.drop());
        linear2 = register("linear2", options.linear2(size));
        for (int i = 1; i <= 3; i++) {
            norms.add(register("norm" + i, options.norm(size)));
        }
        for (int i = 1; i <= 3; i++) {
            dropouts.add(register("dropout" + i, options.drop()));
        }
    }

    /** A layer of its own with the same options, values and mode. */
    TransformerDecoderLayer copy() {
        TransformerDecoderLayer copy = Init.skipped(() -> new TransformerDecoderLayer(size, heads, options));
        copy.loadStateDict(stateDict());
        return copy.train(isTraining());
    }

    /** Target [time, batch, size] and memory [source, batch, size], or the batches first, to the target's shape. */
    public Tensor forward(Tensor target, Tensor memory) {
        return forward(target, memory, Masks.NONE);
    }

    /** With masks. */
    public Tensor forward(Tensor target, Tensor memory, Masks masks) {
        return hooked(List.of(target, memory), in -> Scope.returning(() -> {
            Tensor y = residual(in.get(0), 0, x -> selfAttn.forward(x, x, x, masks.targetKeyPadding(), false,
                    masks.target(), false, masks.targetIsCausal()).output());
            Tensor seen = residual(y, 1, x -> multiheadAttn.forward(x, in.get(1), in.get(1), masks.memoryKeyPadding(),
                    false, masks.memory(), false, false).output());
            return residual(seen, 2,
                    x -> linear2.forward(dropout.forward(options.activation().apply(linear1.forward(x)))));
        }));
    }

    private Tensor residual(Tensor x, int index, UnaryOperator<Tensor> block) {
        LayerNorm norm = norms.get(index);
        Tensor y = dropouts.get(index).forward(block.apply(options.normFirst() ? norm.forward(x) : x));
        return options.normFirst() ? x.add(y) : norm.forward(x.add(y));
    }

    /**
     * The masks of a decoder, each null for none, as in {@link MultiheadAttention#forward}.
     *
     * @param target           which targets a target sees
     * @param memory           which rows of the memory a target sees
     * @param targetKeyPadding which targets do not count
     * @param memoryKeyPadding which rows of the memory do not count
     * @param targetIsCausal   whether a target sees only those up to its own position; only without {@code target}
     */
    public record Masks(Tensor target, Tensor memory, Tensor targetKeyPadding, Tensor memoryKeyPadding,
            boolean targetIsCausal) {

        /** Everything is seen. */
        public static final Masks NONE = new Masks(null, null, null, null, false);

        /** A target sees only those up to its own position. */
        public static final Masks CAUSAL = new Masks(null, null, null, null, true);
    }
}
