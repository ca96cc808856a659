package org.flowprior.mar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.flowprior.torch.Checkpoint;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Embedding;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.LayerNorm;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.ModuleList;
import org.flowprior.torch.optim.ParameterGroup;

/**
 * The generator: a masked autoregressive transformer over latent tokens, with a head that makes each token from its
 * condition (Li et al. 2024; Sec. 5.2, App. C.4), with the official state-dict keys. An encoder gets the class and the
 * visible tokens; a decoder adds the masked ones and gives each token a condition z.
 *
 * <p>Tokens are the latents times the scaling factor of their cache, divided by {@link MarConfig#layout}.
 */
public final class Mar extends Module {

    static final double NORM_EPSILON = 1e-6;
    /** The key of the head. */
    static final String HEAD = "diffloss";
    private static final double EMBEDDING_STD = 0.02;

    private final MarConfig config;
    private final Tensor fakeLatent;
    private final Tensor encoderPositions;
    private final Tensor maskToken;
    private final Tensor decoderPositions;
    private final Tensor headPositions;
    private final Embedding classes;
    private final Linear projection;
    private final LayerNorm projectionNorm;
    private final ModuleList<MarBlock> encoder;
    private final LayerNorm encoderNorm;
    private final Linear decoderEmbedding;
    private final ModuleList<MarBlock> decoder;
    private final LayerNorm decoderNorm;
    private final MarHead head;
    private boolean gradCheckpointing;

    /**
     * A generator with the official initial weights, float32 on the CPU: Xavier-uniform linear layers with biases 0,
     * embeddings, positions and the tokens for no class and for a mask normal with deviation 0.02; the head gives 0.
     *
     * @param generator draws the weights; null for the default generator
     */
    public Mar(MarConfig config, Generator generator) {
        this.config = config;
        long width = config.width();
        long rows = config.bufferSize() + config.tokens();
        fakeLatent = registerParameter("fake_latent", Torch.empty(1, width));
        encoderPositions = registerParameter("encoder_pos_embed_learned", Torch.empty(1, rows, width));
        maskToken = registerParameter("mask_token", Torch.empty(1, 1, width));
        decoderPositions = registerParameter("decoder_pos_embed_learned", Torch.empty(1, rows, width));
        headPositions = registerParameter("diffusion_pos_embed_learned", Torch.empty(1, config.tokens(), width));
        classes = register("class_emb", new Embedding(config.classes(), width, generator));
        projection = register("z_proj", new Linear(config.channels(), width, true, generator));
        projectionNorm = register("z_proj_ln", new LayerNorm(width, NORM_EPSILON, true));
        encoder = register("encoder_blocks", blocks(config.encoderDepth(), generator));
        encoderNorm = register("encoder_norm", new LayerNorm(width, NORM_EPSILON, true));
        decoderEmbedding = register("decoder_embed", new Linear(width, width, true, generator));
        decoder = register("decoder_blocks", blocks(config.decoderDepth(), generator));
        decoderNorm = register("decoder_norm", new LayerNorm(width, NORM_EPSILON, true));
        initialize(generator);
        head = register(HEAD, MarHead.of(config, generator));
    }

    private ModuleList<MarBlock> blocks(int depth, Generator generator) {
        List<MarBlock> blocks = new ArrayList<>();
        for (int i = 0; i < depth; i++) {
            blocks.add(new MarBlock(config, generator));
        }
        return new ModuleList<>(blocks);
    }

    private void initialize(Generator generator) {
        for (Tensor table : List.of(fakeLatent, encoderPositions, maskToken, decoderPositions, headPositions,
                classes.weight())) {
            Init.normal_(table, 0, EMBEDDING_STD, generator);
        }
        namedModules().values().forEach(module -> {
            if (module instanceof Linear linear) {
                Init.xavierUniform_(linear.weight(), 1, generator);
                Init.zeros_(linear.bias());
            }
        });
    }

    /** Returns the sizes and options. */
    public MarConfig config() {
        return config;
    }

    /** Returns the head, which makes tokens from their conditions. */
    public MarHead head() {
        return head;
    }

    /** Divides latents into tokens, see {@link LatentLayout#tokens(Tensor)}. */
    public Tensor tokens(Tensor latents) {
        return config.layout().tokens(latents);
    }

    /** Joins tokens to latents, see {@link LatentLayout#latents}. */
    public Tensor latents(Tensor tokens) {
        return config.layout().latents(tokens);
    }

    /**
     * Switches gradient checkpointing: a training step keeps only the input of each block, in the transformers and in
     * the head, and computes the rest again during backward. Less memory, more time, the same numbers. Returns this.
     */
    public Mar gradCheckpointing(boolean enabled) {
        gradCheckpointing = enabled;
        head.network().gradCheckpointing(enabled);
        return this;
    }

    /**
     * Returns all parameters as the official code groups them for AdamW: first those without weight decay, which are the
     * vectors, the biases and all of the head; then the others, among them positions and embeddings.
     */
    public List<ParameterGroup> parameterGroups(double learningRate, double weightDecay) {
        List<Tensor> undecayed = new ArrayList<>();
        List<Tensor> decayed = new ArrayList<>();
        namedParameters().forEach((name, parameter) -> (parameter.dim() == 1 || name.endsWith(".bias")
                || name.startsWith(HEAD + ".") ? undecayed : decayed).add(parameter));
        return List.of(new ParameterGroup(undecayed, learningRate, 0),
                new ParameterGroup(decayed, learningRate, weightDecay));
    }

    /**
     * Returns the embeddings of classes.
     *
     * @param labels  [B] int64, 0 to classes &minus; 1
     * @param dropped [B] bool, true for images that get the vector for no class; null for none
     * @return [B, D]
     */
    public Tensor classVectors(Tensor labels, Tensor dropped) {
        return Scope.returning(() -> {
            Tensor vectors = classes.forward(labels);
            return dropped == null ? vectors : Torch.where(dropped.unsqueeze(1), fakeLatent, vectors);
        });
    }

    /** Returns the vector for no class, [batch, D], a view. */
    public Tensor unconditional(long batch) {
        return fakeLatent.expand(batch, -1);
    }

    /**
     * Computes the conditions z of all tokens, with dropout if the model is in training mode.
     *
     * @param tokens       [B, L, C]; masked ones have no effect
     * @param mask         [B, L] bool, true for masked tokens; the same number in each image
     * @param classVectors [B, D]
     * @return [B, L, D]
     * @throws IllegalArgumentException for other shapes, and for masks that differ in their number of tokens
     */
    public Tensor conditions(Tensor tokens, Tensor mask, Tensor classVectors) {
        return conditions(tokens, mask, classVectors, null);
    }

    /**
     * Computes the conditions z of some tokens. The decoder's last block computes only their rows.
     *
     * @param readPositions [B, n] int64, the tokens of each image; null for all
     * @return [B, n, D]
     * @see #conditions(Tensor, Tensor, Tensor)
     */
    public Tensor conditions(Tensor tokens, Tensor mask, Tensor classVectors, Tensor readPositions) {
        check("mask", mask, tokens.size(0), config.tokens());
        return Scope.returning(() -> conditionsSeeing(tokens, visible(mask), classVectors, readPositions));
    }

    /** {@code visible}: [B, K], the tokens that are not masked, ascending. */
    Tensor conditionsSeeing(Tensor tokens, Tensor visible, Tensor classVectors, Tensor readPositions) {
        check("tokens", tokens, visible.size(0), config.tokens(), config.channels());
        check("class vectors", classVectors, visible.size(0), config.width());
        if (readPositions != null && (readPositions.dim() != 2 || readPositions.size(0) != tokens.size(0))) {
            throw new IllegalArgumentException("positions to read must be [" + tokens.size(0) + ", n], not "
                    + Arrays.toString(readPositions.shape()));
        }
        Tensor rows = rows(visible);
        return embed(tokens, visible, rows, classVectors).into(this::encode)
                .into(encoded -> decode(encoded, rows, readPositions));
    }

    /** Returns the visible positions of masks, ascending, [B, K]. */
    static Tensor visible(Tensor mask) {
        long images = mask.size(0);
        return Scope.returning(() -> {
            Tensor there = mask.logicalNot();
            long[] counts = there.sum(1).toLongArray();
            if (Arrays.stream(counts).anyMatch(count -> count != counts[0])) {
                throw new IllegalArgumentException("the masks of a batch must have as many tokens each, these leave "
                        + Arrays.toString(counts) + " visible");
            }
            return there.nonzero().select(1, 1).view(images, images == 0 ? 0 : counts[0]);
        });
    }

    /** Returns the row numbers of buffer and visible tokens in the sequence of buffer and all tokens, [B, buffer + K]. */
    Tensor rows(Tensor visible) {
        long buffer = config.bufferSize();
        return Scope.returning(() -> Torch.cat(List.of(
                Torch.arange(buffer, visible.dtype(), visible.device()).expand(visible.size(0), buffer),
                visible.add(buffer)), 1));
    }

    /** Embeds the class, in all rows of the buffer, and the visible tokens, with positions: [B, buffer + K, D]. */
    Tensor embed(Tensor tokens, Tensor visible, Tensor rows, Tensor classVectors) {
        return Scope.returning(() -> {
            Tensor projected = projection.forward(MarBlock.gather(tokens, visible));
            Tensor buffer = classVectors.unsqueeze(1).expand(-1, config.bufferSize(), -1);
            Tensor positions = Functional.embedding(encoderPositions.squeeze(0), rows);
            return projectionNorm.forward(Torch.cat(List.of(buffer, projected.to(buffer.dtype())), 1).add(positions));
        });
    }

    /** Maps [B, buffer + K, D] to the same shape. */
    Tensor encode(Tensor embedded) {
        return through(encoder, encoder.size(), embedded).into(encoderNorm::forward);
    }

    private Tensor through(ModuleList<MarBlock> blocks, int count, Tensor x) {
        Tensor last = x.share();
        for (int i = 0; i < count; i++) {
            MarBlock block = blocks.get(i);
            last = last.into(input -> gradCheckpointing
                    ? Checkpoint.run(in -> block.forward(in.getFirst()), List.of(input)) : block.forward(input));
        }
        return last;
    }

    /** Maps the output of the encoder [B, buffer + K, D] to conditions. */
    private Tensor decode(Tensor encoded, Tensor rows, Tensor readPositions) {
        return Scope.returning(() -> {
            long width = config.width();
            long buffer = config.bufferSize();
            Tensor embedded = decoderEmbedding.forward(encoded);
            Tensor filled = maskToken.to(embedded.dtype())
                    .expand(encoded.size(0), buffer + config.tokens(), width)
                    .scatter(1, rows.unsqueeze(2).expand(-1, -1, width), embedded).add(decoderPositions);
            if (readPositions == null) {
                Tensor decoded = decoderNorm.forward(through(decoder, decoder.size(), filled));
                return decoded.narrow(1, buffer, config.tokens()).add(headPositions);
            }
            Tensor before = through(decoder, decoder.size() - 1, filled);
            Tensor decoded = decoderNorm.forward(lastBlock(before, readPositions.add(buffer)));
            return decoded.add(Functional.embedding(headPositions.squeeze(0), readPositions));
        });
    }

    private Tensor lastBlock(Tensor x, Tensor rows) {
        MarBlock last = decoder.get(decoder.size() - 1);
        return gradCheckpointing ? Checkpoint.run(in -> last.forward(in.get(0), in.get(1)),
                List.of(x, rows)) : last.forward(x, rows);
    }

    /**
     * Computes the loss of a training step: the mean of the head's losses over the masked tokens and their times. The
     * noise says which labels are dropped and from what dropout is drawn, which is active only in training mode.
     *
     * @param tokens [B, L, C], on the model's device
     * @param labels [B] int64
     * @param noise  of B images, on any device
     * @return a scalar
     * @throws IllegalArgumentException for shapes that do not fit together
     */
    public Tensor loss(Tensor tokens, Tensor labels, MarNoise noise) {
        return new MaskedLoss(this, maskToken.device()).of(tokens, labels, noise);
    }

    static void check(String what, Tensor given, long... shape) {
        if (!Arrays.equals(given.shape(), shape)) {
            throw new IllegalArgumentException(what + " must be " + Arrays.toString(shape) + ", not "
                    + Arrays.toString(given.shape()));
        }
    }
}
