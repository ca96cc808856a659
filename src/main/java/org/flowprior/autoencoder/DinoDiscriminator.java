package org.flowprior.autoencoder;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.ModuleList;
import org.flowprior.vision.ImageNetNormalization;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.TensorResize;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;

/**
 * The discriminator of the paper (App. C.3): small convolutional heads over the tokens of a frozen DINO ViT-S/16, after
 * StyleGAN-T (Sauer et al., 2023). Agrees with the official {@code DinoDiscriminator}.
 *
 * <p>Images larger than the backbone's are, by the toss of a coin for the whole batch, cropped or pooled to its size;
 * smaller ones are enlarged. The tokens in front of the first block and behind every third one, class token added to
 * each patch, go each to a head. Heads are spectrally normalised and batch-normalised: in training, every forward moves
 * their power iteration and running statistics.
 *
 * <p>The backbone is no part of this module's parameters, modes or state dict, as officially; gradients pass through it
 * to the images. It follows the images to their device and dies with this module.
 */
public final class DinoDiscriminator extends Discriminator {

    private static final int STRIDE = 3;
    private static final double CROPPED = 0.5;

    private final VisionTransformer backbone;
    /** One of the backbone's weights: tells its dtype and device. */
    private final Tensor weight;
    private final int[] readouts;
    private final ModuleList<DiscriminatorHead> heads;

    /** With heads from the default generator, see the constructor that takes one. */
    public DinoDiscriminator(VisionTransformer backbone) {
        this(backbone, null);
    }

    /**
     * Heads over a backbone, which this takes over: it is frozen, and the key third of its qkv biases is set to 0, as
     * officially, which changes no attention.
     *
     * @param backbone  officially of {@link #backboneConfig}; without registers
     * @param generator draws the heads' weights in PyTorch's distributions; null for the default generator
     * @throws IllegalArgumentException for a backbone with registers
     */
    public DinoDiscriminator(VisionTransformer backbone, Generator generator) {
        VisionTransformerConfig config = backbone.config();
        if (config.registers() != 0) {
            throw new IllegalArgumentException("the DINO discriminator's backbone has no registers, this one has "
                    + config.registers());
        }
        this.backbone = backbone;
        weight = backbone.parameters().getFirst();
        freeze();
        readouts = new int[config.depth() / STRIDE];
        Arrays.setAll(readouts, i -> STRIDE * i + STRIDE - 1);
        List<DiscriminatorHead> made = new ArrayList<>();
        for (int i = 0; i <= readouts.length; i++) {
            made.add(new DiscriminatorHead(config.width(), generator));
        }
        heads = register("heads", new ModuleList<>(made));
    }

    private void freeze() {
        backbone.eval();
        backbone.requiresGrad_(false);
        long width = backbone.config().width();
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            backbone.stateDict().forEach((key, tensor) -> {
                if (key.endsWith(".attn.qkv.bias")) {
                    tensor.narrow(0, width, width).zero_();
                }
            });
        }
    }

    /** The official backbone's sizes: DINO's ViT-S/16 at 224 x 224, GELU by its tanh approximation. */
    public static VisionTransformerConfig backboneConfig() {
        return VisionTransformerConfig.dinoSmall(224, 16).withMlp(MlpType.GELU_TANH);
    }

    /**
     * Heads over the backbone in the file, {@code dino_deitsmall16_pretrain.pth} or one like it.
     *
     * @param generator draws the heads' weights; null for the default generator
     * @throws IllegalArgumentException    naming the file, for content that is not a vision transformer
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    public static DinoDiscriminator over(Path backbone, Generator generator) {
        VisionTransformer network = VisionTransformer.read(backbone, config -> config.withMlp(MlpType.GELU_TANH));
        try {
            return new DinoDiscriminator(network, generator);
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    /** The frozen network behind the heads, this module's own. */
    public VisionTransformer backbone() {
        return backbone;
    }

    /**
     * For images larger than the backbone's in both directions, a window with probability 1/2; else none and nothing is
     * drawn. Draws in this order: the coin, uniform in [0, 1), for a window at most 0.5; and for a window top and left.
     * Officially the coin comes from Python's own random numbers, which no seed sets.
     */
    @Override
    public DiscriminatorWindow drawWindow(long height, long width, Generator generator) {
        int size = backbone.config().imageSize();
        if (height <= size || width <= size) {
            return DiscriminatorWindow.WHOLE;
        }
        try (Scope scope = Scope.open()) {
            if (Torch.rand(new long[] {1}, generator).item() > CROPPED) {
                return DiscriminatorWindow.WHOLE;
            }
            long top = Torch.randint(height - size + 1, new long[] {1}, generator).itemNumber().longValue();
            long left = Torch.randint(width - size + 1, new long[] {1}, generator).itemNumber().longValue();
            return DiscriminatorWindow.at(top, left);
        }
    }

    /**
     * Logits [B, heads · patches], officially [B, 980], readout by readout.
     *
     * @throws IllegalArgumentException for images that are not [B, 3, H, W], and for a window beyond their edge
     */
    @Override
    public Tensor forward(Tensor images, DiscriminatorWindow window) {
        checkImages(images);
        return Scope.returning(() -> {
            List<Tensor> tokens = readouts(images, window);
            List<Tensor> logits = new ArrayList<>();
            for (int i = 0; i < tokens.size(); i++) {
                logits.add(tokens.get(i).into(heads.get(i)::forward).into(logit -> logit.flatten(1)));
            }
            return Torch.cat(logits, 1);
        });
    }

    /**
     * What the heads see: [B, width, patches] for the tokens in front of the first block and behind every third.
     *
     * @throws IllegalArgumentException as {@link #forward(Tensor, DiscriminatorWindow)}
     */
    public List<Tensor> readouts(Tensor images, DiscriminatorWindow window) {
        checkImages(images);
        if (!weight.device().equals(images.device())) {
            backbone.to(images.device());
        }
        try (Scope scope = Scope.open()) {
            Tensor embedded = embedded(images, window);
            List<Tensor> tokens = new ArrayList<>(List.of(embedded));
            tokens.addAll(backbone.intermediates(embedded, readouts));
            return tokens.stream().map(this::readout).map(Tensor::moveOutward).toList();
        }
    }

    private Tensor readout(Tensor tokens) {
        Tensor wide = tokens.to(weight.dtype());
        return backbone.patchTokens(wide).add(backbone.classToken(wide).unsqueeze(1)).transpose(1, 2);
    }

    /** The images at the backbone's size as tokens with positions; in the backbone's dtype, autocast or not. */
    private Tensor embedded(Tensor images, DiscriminatorWindow window) {
        try (Autocast exact = Autocast.off(images.device().type())) {
            Tensor x = ImageNetNormalization.apply(images.to(weight.dtype()));
            return backbone.embed(fitted(x, window));
        }
    }

    private Tensor fitted(Tensor x, DiscriminatorWindow window) {
        int size = backbone.config().imageSize();
        if (window.crop()) {
            if (window.top() + size > x.size(2) || window.left() + size > x.size(3)) {
                throw new IllegalArgumentException("the DINO discriminator's window of " + size + " pixels at row "
                        + window.top() + " and column " + window.left() + " reaches beyond images of " + x.size(2)
                        + " x " + x.size(3));
            }
            return x.narrow(2, window.top(), size).narrow(3, window.left(), size);
        }
        return x.size(2) > size ? TensorResize.AREA.apply(x, size, size)
                : Functional.upsampleBicubic2d(x, new long[] {size, size}, false, null);
    }

    /** Closes the heads and the backbone. */
    @Override
    public void close() {
        super.close();
        backbone.close();
    }
}
