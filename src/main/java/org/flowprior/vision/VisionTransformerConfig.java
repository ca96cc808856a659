package org.flowprior.vision;

/**
 * The sizes of a {@link VisionTransformer}.
 *
 * @param imageSize  height and width of the image in pixels, a multiple of the patch size
 * @param patchSize  height and width of a patch in pixels
 * @param width      channels of a token, a multiple of the number of heads
 * @param depth      number of blocks
 * @param heads      attention heads in a block
 * @param hidden     input channels of the second linear layer of a block's MLP
 * @param mlp        the activation between the MLP's linear layers
 * @param registers  number of register tokens; if any, neither they nor the class token have a position
 * @param layerScale whether residual branches have a factor for each channel
 */
public record VisionTransformerConfig(int imageSize, int patchSize, int width, int depth, int heads, int hidden,
        MlpType mlp, int registers, boolean layerScale) {

    /** Throws {@link IllegalArgumentException} for sizes that do not fit together. */
    public VisionTransformerConfig {
        if (imageSize < 1 || patchSize < 1 || width < 1 || depth < 1 || heads < 1 || hidden < 1 || registers < 0) {
            throw new IllegalArgumentException("a vision transformer needs sizes of at least 1 and registers "
                    + "of at least 0: image " + imageSize + ", patch " + patchSize + ", width " + width
                    + ", depth " + depth + ", heads " + heads + ", hidden " + hidden + ", registers " + registers);
        }
        if (imageSize % patchSize != 0) {
            throw new IllegalArgumentException("a vision transformer's image size must be a multiple of its patch "
                    + "size, not " + imageSize + " and " + patchSize);
        }
        if (width % heads != 0) {
            throw new IllegalArgumentException("a vision transformer's width must be a multiple of its heads, not "
                    + width + " and " + heads);
        }
    }

    /** DINOv2 small: 12 blocks of 384. */
    public static VisionTransformerConfig dinov2Small(int imageSize, int patchSize) {
        return dinov2(imageSize, patchSize, 384, 12);
    }

    /** DINOv2 base: 12 blocks of 768. */
    public static VisionTransformerConfig dinov2Base(int imageSize, int patchSize) {
        return dinov2(imageSize, patchSize, 768, 12);
    }

    /** DINOv2 large: 24 blocks of 1024. */
    public static VisionTransformerConfig dinov2Large(int imageSize, int patchSize) {
        return dinov2(imageSize, patchSize, 1024, 24);
    }

    /** DINOv2 giant: 40 blocks of 1536 with gated MLPs. */
    public static VisionTransformerConfig dinov2Giant(int imageSize, int patchSize) {
        return new VisionTransformerConfig(imageSize, patchSize, 1536, 40, 24, 4096, MlpType.SWIGLU, 0, true);
    }

    private static VisionTransformerConfig dinov2(int imageSize, int patchSize, int width, int depth) {
        return new VisionTransformerConfig(imageSize, patchSize, width, depth, width / 64, 4 * width, MlpType.GELU, 0,
                true);
    }

    /** DINO's ViT-S (DeiT-S), 12 blocks of 384 without layer scale; the published weights are for 224 and 16. */
    public static VisionTransformerConfig dinoSmall(int imageSize, int patchSize) {
        return new VisionTransformerConfig(imageSize, patchSize, 384, 12, 6, 1536, MlpType.GELU, 0, false);
    }

    /** Returns the config for images of that size in patches of that size. */
    public VisionTransformerConfig withGrid(int image, int patch) {
        return new VisionTransformerConfig(image, patch, width, depth, heads, hidden, mlp, registers, layerScale);
    }

    /** Returns the config with that number of heads. */
    public VisionTransformerConfig withHeads(int value) {
        return new VisionTransformerConfig(imageSize, patchSize, width, depth, value, hidden, mlp, registers,
                layerScale);
    }

    /** Returns the config with that kind of MLP. */
    public VisionTransformerConfig withMlp(MlpType value) {
        return new VisionTransformerConfig(imageSize, patchSize, width, depth, heads, hidden, value, registers,
                layerScale);
    }

    /** Returns the config with that number of registers: the published weights with registers have 4. */
    public VisionTransformerConfig withRegisters(int value) {
        return new VisionTransformerConfig(imageSize, patchSize, width, depth, heads, hidden, mlp, value, layerScale);
    }

    /** Number of patches along one side. */
    public int grid() {
        return imageSize / patchSize;
    }

    /** Number of patches. */
    public int patches() {
        return grid() * grid();
    }

    /** Number of tokens before the patches: the class token and the registers. */
    public int prefixTokens() {
        return 1 + registers;
    }

    /** Counts the values in all parameters of the network. */
    public long parameterCount() {
        long d = width;
        long norm = 2 * d;
        long attention = 3 * d * d + 3 * d + d * d + d;
        long feedForward = (d + 1) * mlp.inputs(hidden) + (hidden + 1) * d;
        long block = 2 * norm + attention + feedForward + (layerScale ? 2 * d : 0);
        long positions = positionRows() * d;
        long patchEmbedding = 3L * patchSize * patchSize * d + d;
        return prefixTokens() * d + positions + patchEmbedding + depth * block + norm;
    }

    /** Rows of the position embedding that do not belong to patches. */
    int positionedPrefix() {
        return registers == 0 ? 1 : 0;
    }

    long positionRows() {
        return positionedPrefix() + (long) patches();
    }
}
