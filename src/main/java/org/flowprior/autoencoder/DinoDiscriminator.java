package org.flowprior.autoencoder;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.BatchNorm1d;
import org.flowprior.torch.nn.Conv1d;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.LeakyReLU;
import org.flowprior.torch.nn.ModuleList;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.vision.ImageNetNormalization;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.TensorResize;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;

/**
 * The discriminator of the paper (App. C.3): small convolutional heads over the tokens of a frozen DINO ViT-S/16, after
 * StyleGAN-T (Sauer et al., 2023). Agrees with the official {@code DinoDiscriminator}.
 *
 * <p>Images larger than the backbone's are cropped or pooled to its size, by a coin toss for the whole batch; smaller
 * ones are enlarged. One head reads the tokens before the first block, one each the tokens after every third block, with
 * the class token added to each patch. Heads use spectral and batch normalisation: in training, every forward pass
 * updates their power iteration and running statistics.
 *
 * <p>As in the official code, the backbone is not part of this module's parameters, modes or state dict; gradients pass
 * through it to the images. It follows the images to their device and closes with this module.
 */
public final class DinoDiscriminator extends Discriminator {

    private static final int STRIDE = 3;
    private static final double CROPPED = 0.5;

    private final VisionTransformer backbone;
    /** One of the backbone's weights, for its dtype and device. */
    private final Tensor weight;
    private final int[] readouts;
    private final ModuleList<Head> heads;

    /** Makes heads with weights from the default generator. */
    public DinoDiscriminator(VisionTransformer backbone) {
        this(backbone, null);
    }

    /**
     * Makes heads over a backbone and takes over the backbone: freezes it and sets the key third of its qkv biases to 0
     * as the official code does, which changes no attention.
     *
     * @param backbone  without registers; the official one is of {@link #backboneConfig}
     * @param generator draws the heads' weights in PyTorch's distributions; null for the default generator
     * @throws IllegalArgumentException for a backbone with registers
     */
    public DinoDiscriminator(VisionTransformer backbone, Generator generator) {
        VisionTransformerConfig config = backbone.config();
        if (config.registers() != 0) {
            throw new IllegalArgumentException("the DINO discriminator's backbone must have no registers, this one has "
                    + config.registers());
        }
        this.backbone = backbone;
        weight = backbone.parameters().getFirst();
        freeze();
        readouts = new int[config.depth() / STRIDE];
        Arrays.setAll(readouts, i -> STRIDE * i + STRIDE - 1);
        heads = register("heads", new ModuleList<>(IntStream.rangeClosed(0, readouts.length)
                .mapToObj(i -> new Head(config.width(), generator)).toList()));
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
     * Makes heads over the backbone in the file, {@code dino_deitsmall16_pretrain.pth} or one like it.
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

    /** The frozen network under the heads, which this module owns. */
    public VisionTransformer backbone() {
        return backbone;
    }

    /**
     * Draws a window with probability 1/2 for images larger than the backbone's in both directions; returns
     * {@link Window#WHOLE} for others and draws nothing. The order: the coin, uniform in [0, 1), at most 0.5 for a
     * window; then, for a window, top and left. The official coin comes from Python's own generator, which no seed sets.
     */
    @Override
    public Window drawWindow(long height, long width, Generator generator) {
        int size = backbone.config().imageSize();
        if (height <= size || width <= size) {
            return Window.WHOLE;
        }
        try (Scope scope = Scope.open()) {
            if (Torch.rand(new long[] {1}, generator).item() > CROPPED) {
                return Window.WHOLE;
            }
            long top = Torch.randint(height - size + 1, new long[] {1}, generator).itemNumber().longValue();
            long left = Torch.randint(width - size + 1, new long[] {1}, generator).itemNumber().longValue();
            return Window.at(top, left);
        }
    }

    /**
     * Returns logits [B, heads · patches], officially [B, 980], head by head.
     *
     * @throws IllegalArgumentException for images that are not [B, 3, H, W], and for a window beyond their edge
     */
    @Override
    public Tensor forward(Tensor images, Window window) {
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
     * Returns the input of the heads: [B, width, patches] for the tokens before the first block and after every third.
     *
     * @throws IllegalArgumentException as {@link #forward(Tensor, Window)}
     */
    public List<Tensor> readouts(Tensor images, Window window) {
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

    /** Tokens with positions of the images at the backbone's size, in its dtype with or without autocast. */
    private Tensor embedded(Tensor images, Window window) {
        try (Autocast exact = Autocast.off(images.device().type())) {
            Tensor x = ImageNetNormalization.apply(images.to(weight.dtype()));
            return backbone.embed(fitted(x, window));
        }
    }

    private Tensor fitted(Tensor x, Window window) {
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

    /**
     * Tokens [B, C, L] to logits [B, 1, L]: a convolution of 1, a residual one of 9 with circular padding, and one of 1
     * to a single channel, all with spectral normalisation.
     */
    private static final class Head extends Layer {

        private static final double SLOPE = 0.2;
        private static final double EPSILON = 1e-6;
        private static final long KERNEL = 9;

        private final Sequential first;
        private final Residual second;
        private final Conv1d last;

        Head(long channels, Generator generator) {
            first = register("0", block(channels, 1, generator));
            second = register("1", new Residual(block(channels, KERNEL, generator)));
            last = register("2", new Conv1d(channels, 1, options(1), generator));
        }

        private static Sequential block(long channels, long kernel, Generator generator) {
            return new Sequential(new Conv1d(channels, channels, options(kernel), generator),
                    new BatchNorm1d(channels, EPSILON), new LeakyReLU(SLOPE));
        }

        private static Conv1d.Options options(long kernel) {
            return Conv1d.Options.kernel(kernel).withPadding(kernel / 2).withCircular(kernel > 1)
                    .withSpectralNorm(true);
        }

        @Override
        public Tensor forward(Tensor x) {
            return first.forward(x).into(second::forward).into(last::forward);
        }
    }

    /** (f(x) + x) / &radic;2. */
    private static final class Residual extends Layer {

        private final Layer fn;

        Residual(Layer fn) {
            this.fn = register("fn", fn);
        }

        @Override
        public Tensor forward(Tensor x) {
            return Scope.returning(() -> fn.forward(x).add(x).div(Math.sqrt(2)));
        }
    }
}
