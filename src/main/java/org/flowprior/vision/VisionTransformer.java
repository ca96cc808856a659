package org.flowprior.vision;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.flowprior.torch.Checkpoint;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.LayerNorm;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.ModuleList;

/**
 * The vision transformer of DINOv2 and DINO, with the state-dict keys and numbers of timm's {@code VisionTransformer}:
 * patches, a class token, with some weights register tokens, position embedding, blocks with the norm in front, a last
 * norm.
 *
 * <p>Tokens are [B, T, width] in the order class token, registers, patches row by row, and behind them whatever the
 * caller appended between {@link #embed} and {@link #blocks}. Nothing here normalises the image; see
 * {@link ImageNetNormalization}.
 */
public final class VisionTransformer extends Module {

    static final double NORM_EPSILON = 1e-6;

    private final VisionTransformerConfig config;
    private final Tensor clsToken;
    private final Tensor regToken;
    private final Tensor posEmbed;
    private final PatchEmbedding patchEmbedding;
    private final List<TransformerBlock> blocks = new ArrayList<>();
    private final LayerNorm norm;
    private boolean gradCheckpointing;

    /** A network with weights from the default generator, see the constructor that takes one. */
    public VisionTransformer(VisionTransformerConfig config) {
        this(config, null);
    }

    /**
     * A network with timm's distribution of initial weights, float32 on the CPU: linear layers and positions normal
     * with deviation 0.02, biases 0, class token and registers normal with deviation 1e-6, layer scale 1e-5.
     *
     * @param generator draws the weights; null for the default generator
     */
    public VisionTransformer(VisionTransformerConfig config, Generator generator) {
        this.config = config;
        long width = config.width();
        clsToken = registerParameter("cls_token", Torch.zeros(1, 1, width));
        regToken = config.registers() == 0 ? null
                : registerParameter("reg_token", Torch.zeros(1, config.registers(), width));
        posEmbed = registerParameter("pos_embed", Torch.zeros(1, config.positionRows(), width));
        patchEmbedding = register("patch_embed", new PatchEmbedding(config, generator));
        for (int i = 0; i < config.depth(); i++) {
            blocks.add(new TransformerBlock(config, generator));
        }
        register("blocks", new ModuleList<>(blocks));
        norm = register("norm", new LayerNorm(width, NORM_EPSILON, true));
        initialize(generator);
    }

    private void initialize(Generator generator) {
        Init.truncNormal_(posEmbed, 0, 0.02, -2, 2, generator);
        Init.normal_(clsToken, 0, 1e-6, generator);
        if (regToken != null) {
            Init.normal_(regToken, 0, 1e-6, generator);
        }
        blocks.forEach(block -> block.initialize(generator));
    }

    /**
     * The network in the file, with the sizes of its weights, see {@link VisionTransformerWeights}.
     *
     * @throws IllegalArgumentException naming the file, for content that is not a vision transformer
     */
    public static VisionTransformer read(Path file) {
        return read(file, UnaryOperator.identity());
    }

    /**
     * The network in the file with other sizes: {@code read(file, c -> c.withGrid(256, 16))} resamples the weights of
     * 518 pixels in patches of 14, see {@link VisionTransformerWeights}.
     *
     * @param sizes what the network is to be, of what the weights tell
     * @throws IllegalArgumentException naming the file, for content that is not a vision transformer, and for sizes
     *                                  that the weights cannot be brought to
     */
    public static VisionTransformer read(Path file, UnaryOperator<VisionTransformerConfig> sizes) {
        try (Scope scope = Scope.open()) {
            VisionTransformerWeights weights = VisionTransformerWeights.read(file);
            VisionTransformerConfig config = sizes.apply(weights.config());
            VisionTransformer network = Init.skipped(() -> new VisionTransformer(config));
            try {
                weights.loadInto(network);
            } catch (RuntimeException e) {
                network.close();
                throw e;
            }
            return network;
        }
    }

    /**
     * Loads published weights, resampling patches and positions to this size, see {@link VisionTransformerWeights}.
     *
     * @throws IllegalArgumentException naming the file, for weights that do not fit
     */
    public void load(Path file) {
        try (Scope scope = Scope.open()) {
            VisionTransformerWeights.read(file).loadInto(this);
        }
    }

    /** The sizes. */
    public VisionTransformerConfig config() {
        return config;
    }

    /**
     * With {@code true}, a training step keeps only each block's input and computes the rest again during backward:
     * less memory, more time, the same numbers. Returns this.
     */
    public VisionTransformer gradCheckpointing(boolean enabled) {
        gradCheckpointing = enabled;
        return this;
    }

    /**
     * All tokens of the images behind the last norm: {@code forward_features}.
     *
     * @param images [B, 3, imageSize, imageSize]
     * @return [B, prefix + patches, width]
     * @throws IllegalArgumentException for another shape
     */
    public Tensor features(Tensor images) {
        return embed(images).into(this::blocks).into(this::normalize);
    }

    /**
     * The images as tokens with their positions, as they go into the first block.
     *
     * @param images [B, 3, imageSize, imageSize]
     * @return [B, prefix + patches, width]
     * @throws IllegalArgumentException for another shape
     */
    public Tensor embed(Tensor images) {
        long[] shape = images.shape();
        if (shape.length != 4 || shape[1] != 3 || shape[2] != config.imageSize() || shape[3] != config.imageSize()) {
            throw new IllegalArgumentException("vision transformer: images must be [B, 3, " + config.imageSize() + ", "
                    + config.imageSize() + "], not " + Arrays.toString(shape) + "; ImageResize changes their size");
        }
        return patchEmbedding.forward(images).into(this::position);
    }

    /**
     * Patches, or what stands in their place, with class token and registers in front and with their positions.
     *
     * @param patches [B, patches, width]
     * @return [B, prefix + patches, width]
     * @throws IllegalArgumentException for another shape
     */
    public Tensor position(Tensor patches) {
        long[] shape = patches.shape();
        if (shape.length != 3 || shape[1] != config.patches() || shape[2] != config.width()) {
            throw new IllegalArgumentException("vision transformer: patches must be [B, " + config.patches() + ", "
                    + config.width() + "], not " + Arrays.toString(shape));
        }
        return Scope.returning(() -> {
            Tensor cls = clsToken.expand(shape[0], -1, -1);
            return regToken == null
                    ? Torch.cat(List.of(cls, patches), 1).add(posEmbed)
                    : Torch.cat(List.of(cls, regToken.expand(shape[0], -1, -1), patches.add(posEmbed)), 1);
        });
    }

    /** What all blocks make of the tokens [B, T, width], of any number; the same shape, without the last norm. */
    public Tensor blocks(Tensor tokens) {
        return intermediates(tokens, config.depth() - 1).getFirst();
    }

    /**
     * The tokens behind some blocks, without the last norm: {@code intermediates(tokens, 2, 5)} behind the third and
     * the sixth. Blocks behind the last one asked for do not run.
     *
     * @param tokens [B, T, width], of any number
     * @param after  numbers of blocks from 0, ascending
     * @return one tensor of the same shape for each number
     * @throws IllegalArgumentException for numbers that do not ascend, and where there is no such block
     */
    public List<Tensor> intermediates(Tensor tokens, int... after) {
        checkTokens(tokens);
        checkBlocks(after);
        try (Scope scope = Scope.open()) {
            List<Tensor> kept = new ArrayList<>();
            Tensor current = tokens;
            for (int i = 0; kept.size() < after.length; i++) {
                Tensor next = run(blocks.get(i), current);
                if (current != tokens && !kept.contains(current)) {
                    current.close();
                }
                current = next;
                if (after[kept.size()] == i) {
                    kept.add(next);
                }
            }
            kept.forEach(Tensor::moveOutward);
            return kept;
        }
    }

    private Tensor run(TransformerBlock block, Tensor tokens) {
        return gradCheckpointing ? Checkpoint.run(in -> block.forward(in.getFirst()), List.of(tokens))
                : block.forward(tokens);
    }

    private void checkTokens(Tensor tokens) {
        long[] shape = tokens.shape();
        if (shape.length != 3 || shape[2] != config.width()) {
            throw new IllegalArgumentException("vision transformer: tokens must be [B, T, " + config.width() + "], not "
                    + Arrays.toString(shape));
        }
    }

    private void checkBlocks(int... after) {
        int before = -1;
        for (int number : after) {
            if (number <= before || number >= config.depth()) {
                throw new IllegalArgumentException("vision transformer: " + Arrays.toString(after) + " are no "
                        + "ascending numbers of blocks from 0 to " + (config.depth() - 1));
            }
            before = number;
        }
    }

    /** Tokens behind the last norm, which is per token: [B, T, width] to the same shape. */
    public Tensor normalize(Tensor tokens) {
        return norm.forward(tokens);
    }

    /** The class token [B, width] of tokens [B, T, width], a view. */
    public Tensor classToken(Tensor tokens) {
        return tokens.select(1, 0);
    }

    /** The patches [B, patches, width] of tokens [B, T, width], a view without what is before and behind. */
    public Tensor patchTokens(Tensor tokens) {
        return tokens.narrow(1, config.prefixTokens(), config.patches());
    }
}
