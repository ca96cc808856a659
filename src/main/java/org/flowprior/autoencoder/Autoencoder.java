package org.flowprior.autoencoder;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.vision.VisionTransformer;

/**
 * The autoencoder whose latents the paper aligns (Sec. 4.1, C.3): encoder, linear layer to the latents' channels,
 * {@link Bottleneck}, linear layer to the decoder's width, decoder. State-dict keys and their order are the official
 * ones: {@code repa_model} and {@code projection} with {@link Repa}, {@code encoder}, {@code quant_conv},
 * {@code decoder}, {@code post_quant_conv}, and {@code quantize} with a codebook.
 *
 * <p>Latents are not scaled, the decoder gets them without added noise, and pixels are not clamped.
 */
public final class Autoencoder extends Module {

    private final AutoencoderConfig config;
    private final Repa repa;
    private final Encoder encoder;
    private final Linear quantConv;
    private final Decoder decoder;
    private final Linear postQuantConv;
    private final Bottleneck bottleneck;

    /**
     * The random numbers of a forward pass, given or from {@link Autoencoder#draw}.
     *
     * @param noise       standard normal numbers of a {@link KlBottleneck}, [B, tokens, channels]; null for others
     * @param permutation of the patches for {@link Repa.Align#AVG_1D_SHUFFLE}, [patches], int64; null for others
     */
    public record Draws(Tensor noise, Tensor permutation) {

        /** No random numbers. */
        public static final Draws NONE = new Draws(null, null);
    }

    /**
     * The result of a forward pass.
     *
     * @param reconstruction [B, 3, imageSize, imageSize], not clamped
     * @param latents        the decoder's input, [B, tokens, channels], with its graph: to be aligned
     * @param losses         weighted scalars to add to the autoencoder's loss, in this order: those of the bottleneck,
     *                       see {@link Bottleneck.Output#losses}, and {@code repa} in training
     * @param codes          see {@link Bottleneck.Output#codes}
     */
    public record Output(Tensor reconstruction, Tensor latents, Map<String, Tensor> losses, Tensor codes) {

        private Output moveOutward() {
            reconstruction.moveOutward();
            latents.moveOutward();
            losses.values().forEach(Tensor::moveOutward);
            if (codes != null) {
                codes.moveOutward();
            }
            return this;
        }
    }

    /** Makes an autoencoder with initial weights from the default generator. */
    public Autoencoder(AutoencoderConfig config) {
        this(config, null);
    }

    /**
     * Makes an autoencoder with the official distribution of initial weights, float32 on the CPU, in training mode:
     * transformers as {@link VisionTransformer} initialises them, linear layers as in PyTorch.
     * {@link VisionTransformer#load} of the encoder's, decoder's and {@link Repa}'s model replaces them with published
     * weights.
     *
     * @param generator draws the weights; null for the default generator
     */
    public Autoencoder(AutoencoderConfig config, Generator generator) {
        this.config = config;
        if (config.repa() == null) {
            repa = null;
        } else {
            VisionTransformer model = register("repa_model", new VisionTransformer(config.repa().model(), generator));
            model.requiresGrad_(false);
            Sequential projection = register("projection",
                    Repa.projection(config.repa(), config.latentChannels(), generator));
            repa = new Repa(config.repa(), model, projection);
        }
        encoder = register("encoder", new Encoder(config.encoder(), config.latentTokens(), generator));
        quantConv = register("quant_conv",
                new Linear(config.encoder().width(), config.encodedChannels(), true, generator));
        decoder = register("decoder",
                new Decoder(config.decoder(), config.latentTokens(), config.toPixel(), generator));
        postQuantConv = register("post_quant_conv",
                new Linear(config.latentChannels(), config.decoder().width(), true, generator));
        bottleneck = config.bottleneck().create(config.latentChannels(), generator);
        if (bottleneck instanceof Module codebook) {
            register("quantize", codebook);
        }
    }

    /** Reads the autoencoder in the file, see {@link AutoencoderFile#read(Path)}. */
    public static Autoencoder read(Path file) {
        return AutoencoderFile.read(file);
    }

    /** Reads the autoencoder in the file with other options, see {@link AutoencoderFile#read(Path, UnaryOperator)}. */
    public static Autoencoder read(Path file, UnaryOperator<AutoencoderConfig> options) {
        return AutoencoderFile.read(file, options);
    }

    /** The config it was made with. */
    public AutoencoderConfig config() {
        return config;
    }

    /** The encoder. */
    public Encoder encoder() {
        return encoder;
    }

    /** The decoder. */
    public Decoder decoder() {
        return decoder;
    }

    /** The bottleneck. */
    public Bottleneck bottleneck() {
        return bottleneck;
    }

    /** The representation alignment; null if there is none. */
    public Repa repa() {
        return repa;
    }

    /**
     * Sets whether a training step keeps only the input of each block of encoder and decoder and computes the rest
     * again during backward. Returns this.
     */
    public Autoencoder gradCheckpointing(boolean enabled) {
        encoder.model().gradCheckpointing(enabled);
        decoder.model().gradCheckpointing(enabled);
        return this;
    }

    /**
     * Draws the random numbers of a forward pass over this many images, on the weights' device, in the innermost scope.
     *
     * @param generator of the weights' device; null for the default generator
     */
    public Draws draw(long batch, Generator generator) {
        Device device = postQuantConv.weight().device();
        DType dtype = Latents.wideDtype(postQuantConv.weight());
        Tensor noise = config.bottleneck() instanceof KlBottleneck.Options
                ? Torch.randn(new long[] {batch, config.latentTokens(), config.latentChannels()}, generator, dtype,
                        device)
                : null;
        boolean shuffled = repa != null && config.repa().align() == Repa.Align.AVG_1D_SHUFFLE && isTraining();
        Tensor permutation = shuffled
                ? Torch.randperm(config.repa().model().patches(), generator, DType.INT64, device) : null;
        return new Draws(noise, permutation);
    }

    /** Encodes and decodes, with random numbers from the generator, see {@link #draw}. */
    public Output forward(Tensor images, Generator generator) {
        try (Scope scope = Scope.open()) {
            return forward(images, draw(images.size(0), generator)).moveOutward();
        }
    }

    /**
     * Encodes and decodes. In training mode, codebooks record their usage, and {@link Repa} adds its loss.
     *
     * @param images [B, 3, imageSize, imageSize] in [-1, 1]
     * @param draws  the random numbers
     * @throws IllegalArgumentException for shapes that do not fit
     */
    public Output forward(Tensor images, Draws draws) {
        try (Scope scope = Scope.open()) {
            Bottleneck.Output latent = bottleneck.apply(encoded(images), draws, isTraining());
            Map<String, Tensor> losses = new LinkedHashMap<>(latent.losses());
            if (repa != null && isTraining()) {
                losses.put("repa", repa.loss(repa.features(images), latent.z(), draws.permutation()));
            }
            return new Output(decode(latent.z()), latent.z(), losses, latent.codes()).moveOutward();
        }
    }

    /**
     * Returns the bottleneck's input: the encoder's tokens in the latents' channels; for KL means and log variances.
     *
     * @param images [B, 3, imageSize, imageSize] in [-1, 1]
     * @return [B, tokens, channels], for KL twice the channels
     * @throws IllegalArgumentException for another shape
     */
    public Tensor encoded(Tensor images) {
        return Scope.returning(() -> quantConv.forward(encoder.forward(images)));
    }

    /**
     * Returns the latents without noise: for KL the means.
     *
     * @param images [B, 3, imageSize, imageSize] in [-1, 1]
     * @return [B, tokens, channels]
     * @throws IllegalArgumentException for another shape
     */
    public Tensor encode(Tensor images) {
        return Scope.returning(() -> bottleneck.mode(encoded(images)));
    }

    /**
     * Decodes latents.
     *
     * @param z [B, tokens, channels]
     * @return [B, 3, imageSize, imageSize], not clamped
     * @throws IllegalArgumentException for another shape
     */
    public Tensor decode(Tensor z) {
        long[] shape = z.shape();
        if (shape.length != 3 || shape[1] != config.latentTokens() || shape[2] != config.latentChannels()) {
            throw new IllegalArgumentException("autoencoder: latents must be [B, " + config.latentTokens() + ", "
                    + config.latentChannels() + "], not " + Arrays.toString(shape));
        }
        return Scope.returning(() -> decoder.forward(postQuantConv.forward(z)));
    }

    /** The parameters that train: all but those of {@link Repa}'s frozen encoder. */
    public List<Tensor> trainableParameters() {
        return parameters().stream().filter(Tensor::requiresGrad).toList();
    }
}
