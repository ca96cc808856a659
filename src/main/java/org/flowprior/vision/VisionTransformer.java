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
import org.flowprior.torch.nn.Conv2d;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.LayerNorm;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.ModuleList;

/**
 * The vision transformer of DINOv2 and DINO, with the state-dict keys and numbers of timm's {@code VisionTransformer}:
 * patches, a class token, register tokens (optional), position embedding, pre-norm blocks, a last norm.
 *
 * <p>Tokens are [B, T, width] in the order class token, registers, patches row by row, then the tokens that the caller
 * appended between {@link #embed} and {@link #blocks}. Images are not normalised here, see
 * {@link ImageNetNormalization}.
 */
public final class VisionTransformer extends Module {

    static final double NORM_EPSILON = 1e-6;

    private final VisionTransformerConfig config;
    private final Tensor clsToken;
    private final Tensor regToken;
    private final Tensor posEmbed;
    private final PatchEmbed patchEmbed;
    private final List<TransformerBlock> blocks = new ArrayList<>();
    private final LayerNorm norm;
    private boolean gradCheckpointing;

    /** A linear map of each patch, as a convolution: images [B, 3, H, W] to [B, N, width], row by row. */
    private static final class PatchEmbed extends Layer {

        private final Conv2d projection;

        PatchEmbed(VisionTransformerConfig config, Generator generator) {
            int patch = config.patchSize();
            projection = register("proj", new Conv2d(3, config.width(),
                    Conv2d.Options.kernel(patch).withStride(patch), generator));
        }

        @Override
        public Tensor forward(Tensor x) {
            return Scope.returning(() -> projection.forward(x).flatten(2).transpose(1, 2));
        }
    }

    /** Makes a network with weights from the default generator. */
    public VisionTransformer(VisionTransformerConfig config) {
        this(config, null);
    }

    /**
     * Makes a network with timm's distribution of initial weights, float32 on the CPU: linear layers and positions normal
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
        patchEmbed = register("patch_embed", new PatchEmbed(config, generator));
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
     * Reads the network in the file, with the sizes of its weights, see {@link VisionTransformerWeights}.
     *
     * @throws IllegalArgumentException naming the file, for content that is not a vision transformer
     */
    public static VisionTransformer read(Path file) {
        return read(file, UnaryOperator.identity());
    }

    /**
     * Reads the network in the file with other sizes: {@code read(file, c -> c.withGrid(256, 16))} resamples weights for
     * 518 pixels in patches of 14, see {@link VisionTransformerWeights}.
     *
     * @param sizes makes the network's sizes from those of the weights
     * @throws IllegalArgumentException naming the file, for content that is not a vision transformer, and for sizes
     *                                  that the weights cannot be resampled to
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
     * Sets whether a training step keeps only each block's input and computes the rest again during backward: less
     * memory, more time, the same numbers. Returns this.
     */
    public VisionTransformer gradCheckpointing(boolean enabled) {
        gradCheckpointing = enabled;
        return this;
    }

    /**
     * Returns all tokens of the images after the last norm: {@code forward_features}.
     *
     * @param images [B, 3, imageSize, imageSize]
     * @return [B, prefix + patches, width]
     * @throws IllegalArgumentException for another shape
     */
    public Tensor features(Tensor images) {
        return embed(images).into(this::blocks).into(this::normalize);
    }

    /**
     * Returns the images as tokens with positions: the first block's input.
     *
     * @param images [B, 3, imageSize, imageSize]
     * @return [B, prefix + patches, width]
     * @throws IllegalArgumentException for another shape
     */
    public Tensor embed(Tensor images) {
        check("images", images, "B", 3, config.imageSize(), config.imageSize());
        return patchEmbed.forward(images).into(this::position);
    }

    /**
     * Puts class token and registers before patches, or tokens in their place, and adds positions.
     *
     * @param patches [B, patches, width]
     * @return [B, prefix + patches, width]
     * @throws IllegalArgumentException for another shape
     */
    public Tensor position(Tensor patches) {
        check("patches", patches, "B", config.patches(), config.width());
        long batch = patches.size(0);
        return Scope.returning(() -> {
            Tensor cls = clsToken.expand(batch, -1, -1);
            return regToken == null
                    ? Torch.cat(List.of(cls, patches), 1).add(posEmbed)
                    : Torch.cat(List.of(cls, regToken.expand(batch, -1, -1), patches.add(posEmbed)), 1);
        });
    }

    /** Runs all blocks, without the last norm: tokens [B, T, width], of any number T, to the same shape. */
    public Tensor blocks(Tensor tokens) {
        return intermediates(tokens, config.depth() - 1).getFirst();
    }

    /**
     * Returns the tokens after some blocks, without the last norm: {@code intermediates(tokens, 2, 5)} those after the
     * third and the sixth. Later blocks do not run.
     *
     * @param tokens [B, T, width], of any number T
     * @param after  numbers of blocks from 0, ascending
     * @return one tensor of the same shape for each number
     * @throws IllegalArgumentException for numbers that do not ascend or have no block
     */
    public List<Tensor> intermediates(Tensor tokens, int... after) {
        check("tokens", tokens, "B, T", config.width());
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

    /** Throws {@link IllegalArgumentException} unless x has the named free dimensions, then these sizes. */
    private static void check(String name, Tensor x, String free, long... sizes) {
        long[] shape = x.shape();
        int first = free.split(", ").length;
        if (shape.length != first + sizes.length
                || !Arrays.equals(shape, first, shape.length, sizes, 0, sizes.length)) {
            throw new IllegalArgumentException("vision transformer: " + name + " must be [" + free + ", "
                    + Arrays.toString(sizes).substring(1) + ", not " + Arrays.toString(shape));
        }
    }

    private void checkBlocks(int... after) {
        int before = -1;
        for (int number : after) {
            if (number <= before || number >= config.depth()) {
                throw new IllegalArgumentException("vision transformer: " + Arrays.toString(after) + " are not "
                        + "ascending numbers of blocks from 0 to " + (config.depth() - 1));
            }
            before = number;
        }
    }

    /** Applies the last norm to each token: [B, T, width] to the same shape. */
    public Tensor normalize(Tensor tokens) {
        return norm.forward(tokens);
    }

    /** Returns the class token [B, width] of tokens [B, T, width], a view. */
    public Tensor classToken(Tensor tokens) {
        return tokens.select(1, 0);
    }

    /** Returns the patches [B, patches, width] of tokens [B, T, width], a view without the tokens around them. */
    public Tensor patchTokens(Tensor tokens) {
        return tokens.narrow(1, config.prefixTokens(), config.patches());
    }
}
