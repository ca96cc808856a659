package org.flowprior.torch.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Attention of several heads (Vaswani et al., 2017): {@code torch.nn.MultiheadAttention}. The keys are
 * {@code in_proj_weight}, [3 · size, size], {@code in_proj_bias}, {@code out_proj.weight} and {@code out_proj.bias};
 * with other sizes of keys or values {@code q_proj_weight}, {@code k_proj_weight} and {@code v_proj_weight}; with
 * learned keys {@code bias_k} and {@code bias_v}.
 */
public final class MultiheadAttention extends TypedModule<MultiheadAttention> {

    private final long size;
    private final long heads;
    private final Options options;
    private final Linear outProj;
    private final List<Tensor> inProj = new ArrayList<>();
    private final Tensor inBias;
    private final Tensor biasK;
    private final Tensor biasV;

    /**
     * What attention gives.
     *
     * @param output  [target, batch, size], or the batch first
     * @param weights [batch, target, source], their mean over the heads, or [batch, heads, target, source]; or null
     */
    public record Output(Tensor output, Tensor weights) {}

    /** With PyTorch's defaults; the size is divided among the heads. */
    public MultiheadAttention(long size, long heads) {
        this(size, heads, Options.DEFAULT, null);
    }

    /** With these options: {@code MultiheadAttention.Options.DEFAULT.withBatchFirst(true)}. */
    public MultiheadAttention(long size, long heads, Options options) {
        this(size, heads, options, null);
    }

    /**
     * With PyTorch's initial values: Xavier uniform, biases 0, the output's weight as in {@link Linear}.
     *
     * @param generator draws the initial values; null for the default generator
     */
    public MultiheadAttention(long size, long heads, Options options, Generator generator) {
        if (heads < 1 || size % heads != 0) {
            throw new IllegalArgumentException("a size of " + size + " cannot be divided among " + heads + " heads");
        }
        this.size = size;
        this.heads = heads;
        this.options = options;
        outProj = register("out_proj", new Linear(size, size, options.bias, generator)
                .printedAs("NonDynamicallyQuantizableLinear"));
        if (options.keySize(size) == size && options.valueSize(size) == size) {
            inProj.add(registerParameter("in_proj_weight", Torch.empty(3 * size, size)));
        } else {
            inProj.add(registerParameter("q_proj_weight", Torch.empty(size, size)));
            inProj.add(registerParameter("k_proj_weight", Torch.empty(size, options.keySize(size))));
            inProj.add(registerParameter("v_proj_weight", Torch.empty(size, options.valueSize(size))));
        }
        inBias = options.bias ? registerParameter("in_proj_bias", Torch.zeros(3 * size)) : null;
        biasK = options.addBiasKv ? registerParameter("bias_k", Torch.empty(1, 1, size)) : null;
        biasV = options.addBiasKv ? registerParameter("bias_v", Torch.empty(1, 1, size)) : null;
        inProj.forEach(weight -> Init.xavierUniform_(weight, 1, generator));
        if (options.bias) {
            Init.zeros_(outProj.bias());
        }
        if (options.addBiasKv) {
            Init.xavierNormal_(biasK, 1, generator);
            Init.xavierNormal_(biasV, 1, generator);
        }
    }

    /** Without masks, with weights averaged over the heads. */
    public Output forward(Tensor query, Tensor key, Tensor value) {
        return forward(query, key, value, null, true, null, true, false);
    }

    /** With PyTorch's first arguments. */
    public Output forward(Tensor query, Tensor key, Tensor value, Tensor keyPaddingMask, boolean needWeights,
            Tensor attnMask) {
        return forward(query, key, value, keyPaddingMask, needWeights, attnMask, true, false);
    }

    /**
     * With PyTorch's arguments. Without {@code needWeights} libtorch's fused attention runs.
     *
     * @param query          [target, batch, size], [batch, target, size] with {@code batchFirst}, or [target, size]
     * @param key            [source, batch, key size], likewise
     * @param value          [source, batch, value size], likewise
     * @param keyPaddingMask [batch, source] or [source]: true where a key does not count, or a summand of the scores
     * @param attnMask       [target, source] or [batch · heads, target, source]: true where a query does not see a key,
     *                       or a summand of the scores
     * @param isCausal       whether a query sees only keys up to its own position; only without an {@code attnMask}
     */
    public Output forward(Tensor query, Tensor key, Tensor value, Tensor keyPaddingMask, boolean needWeights,
            Tensor attnMask, boolean averageAttnWeights, boolean isCausal) {
        Tensor[] weights = new Tensor[1];
        Tensor output = hooked(List.of(query, key, value), in -> Scope.returning(() -> {
            boolean batched = in.get(0).dim() == 3;
            List<Tensor> inputs = in.stream().map(x -> timeFirst(x, batched)).toList();
            Tensor padding = keyPaddingMask == null || batched ? keyPaddingMask : keyPaddingMask.unsqueeze(0);
            Tensor causal = isCausal && attnMask == null
                    ? Transformer.generateSquareSubsequentMask(inputs.get(0).size(0), inputs.get(0)) : attnMask;
            Attention attention = new Attention(heads, inputs.get(0).size(1));
            attention.add(projected(inputs), biasK, biasV, options.addZeroAttn);
            attention.mask(causal, padding);
            Tensor joined = attention.attend(needWeights, isTraining() ? options.dropout : 0);
            if (needWeights) {
                Tensor each = averageAttnWeights ? attention.weights().mean(1) : attention.weights();
                weights[0] = (batched ? each : each.squeeze(0)).moveOutward();
            }
            Tensor y = outProj.forward(joined);
            return !batched ? y.squeeze(1) : options.batchFirst ? y.transpose(0, 1) : y;
        }));
        return new Output(output, weights[0]);
    }

    private Tensor timeFirst(Tensor x, boolean batched) {
        return !batched ? x.unsqueeze(1) : options.batchFirst ? x.transpose(0, 1) : x;
    }

    /** Query, key and value, [time, batch, size] each. */
    private List<Tensor> projected(List<Tensor> inputs) {
        List<Tensor> weights = inProj.size() == 3 ? inProj : inProj.getFirst().chunk(3);
        List<Tensor> biases = inBias == null ? Arrays.asList(null, null, null) : inBias.chunk(3);
        return IntStream.range(0, 3)
                .mapToObj(i -> Functional.linear(inputs.get(i), weights.get(i), biases.get(i))).toList();
    }

    boolean batchFirst() {
        return options.batchFirst;
    }

    /**
     * The arguments of PyTorch's constructor other than size and heads.
     *
     * @param dropout     the probability with which a weight becomes 0 in training
     * @param addBiasKv   whether a learned key and value are added
     * @param addZeroAttn whether a key and value of zeros are added
     * @param kdim        the size of keys; null for the size of queries
     * @param vdim        the size of values; null for the size of queries
     * @param batchFirst  whether tensors are [batch, time, size] instead of [time, batch, size]
     */
    public record Options(double dropout, boolean bias, boolean addBiasKv, boolean addZeroAttn, Long kdim, Long vdim,
            boolean batchFirst) {

        /** PyTorch's defaults. */
        public static final Options DEFAULT = new Options(0, true, false, false, null, null, false);

        /** With this dropout. */
        public Options withDropout(double value) {
            return new Options(value, bias, addBiasKv, addZeroAttn, kdim, vdim, batchFirst);
        }

        /** With or without biases. */
        public Options withBias(boolean value) {
            return new Options(dropout, value, addBiasKv, addZeroAttn, kdim, vdim, batchFirst);
        }

        /** With or without a learned key and value. */
        public Options withAddBiasKv(boolean value) {
            return new Options(dropout, bias, value, addZeroAttn, kdim, vdim, batchFirst);
        }

        /** With or without a key and value of zeros. */
        public Options withAddZeroAttn(boolean value) {
            return new Options(dropout, bias, addBiasKv, value, kdim, vdim, batchFirst);
        }

        /** With these sizes of keys and values. */
        public Options withSizes(long keys, long values) {
            return new Options(dropout, bias, addBiasKv, addZeroAttn, keys, values, batchFirst);
        }

        /** With the batch or the time first. */
        public Options withBatchFirst(boolean value) {
            return new Options(dropout, bias, addBiasKv, addZeroAttn, kdim, vdim, value);
        }

        private long keySize(long size) {
            return kdim == null ? size : kdim;
        }

        private long valueSize(long size) {
            return vdim == null ? size : vdim;
        }
    }
}
