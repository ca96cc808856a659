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
 * The autoencoder whose latents the paper aligns (Sec. 4.1, C.3): encoder, a linear layer to the latents' channels, a
 * {@link Bottleneck}, a linear layer from them, decoder. State-dict keys and their order are the official ones:
 * {@code repa_model} and {@code projection} where there is {@link Repa}, {@code encoder}, {@code quant_conv},
 * {@code decoder}, {@code post_quant_conv}, and {@code quantize} where there is a codebook.
 *
 * <p>Nothing scales the latents and no noise is added to them for the decoder; pixels are not clamped.
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
     * What a forward pass gives.
     *
     * @param reconstruction [B, 3, imageSize, imageSize], not clamped
     * @param latents        what the decoder took, [B, tokens, channels], with its gradient: what is aligned
     * @param losses         scalars that are to be added to the autoencoder's loss, weighted, in this order: those of
     *                       the bottleneck, see {@link Bottleneck.Output#losses}, and {@code repa} in training
     * @param codes          see {@link Bottleneck.Output#codes}
     */
    public record Output(Tensor reconstruction, Tensor latents, Map<String, Tensor> losses, Tensor codes) {}

    /** With initial weights from the default generator, see the constructor that takes one. */
    public Autoencoder(AutoencoderConfig config) {
        this(config, null);
    }

    /**
     * With the official distribution of initial weights, float32 on the CPU, in training mode: the transformers as
     * {@link VisionTransformer} has them, the linear layers as PyTorch. {@link Encoder#loadBackbone} and
     * {@link #loadRepaModel} put published weights in their place.
     *
     * @param generator draws the weights; null for the default generator
     */
    public Autoencoder(AutoencoderConfig config, Generator generator) {
        this.config = config;
        repa = config.repa() == null ? null : repa(config, generator);
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

    private Repa repa(AutoencoderConfig config, Generator generator) {
        VisionTransformer model = register("repa_model", new VisionTransformer(config.repa().model(), generator));
        model.requiresGrad_(false);
        Sequential projection = register("projection",
                Repa.projection(config.repa(), config.latentChannels(), generator));
        return new Repa(config.repa(), model, projection);
    }

    /** The autoencoder in the file, see {@link AutoencoderFile#read(Path)}. */
    public static Autoencoder read(Path file) {
        return AutoencoderFile.read(file);
    }

    /** The autoencoder in the file with other options, see {@link AutoencoderFile#read(Path, UnaryOperator)}. */
    public static Autoencoder read(Path file, UnaryOperator<AutoencoderConfig> options) {
        return AutoencoderFile.read(file, options);
    }

    /** What it was made from. */
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

    /** The representation alignment; null without. */
    public Repa repa() {
        return repa;
    }

    /**
     * With {@code true}, a training step keeps only the input of each block of encoder and decoder and computes the
     * rest again during backward. Returns this.
     */
    public Autoencoder gradCheckpointing(boolean enabled) {
        encoder.model().gradCheckpointing(enabled);
        decoder.model().gradCheckpointing(enabled);
        return this;
    }

    /**
     * Loads published weights into the frozen encoder of {@link Repa}, bringing them to its size.
     *
     * @throws IllegalArgumentException naming the file, for weights that do not fit
     * @throws IllegalStateException    without representation alignment
     */
    public void loadRepaModel(Path file) {
        if (repa == null) {
            throw new IllegalStateException("this autoencoder has no repa model to load " + file + " into");
        }
        BackboneFile.load(file, repa.model());
    }

    /**
     * The random numbers of a forward pass over that many images, on the weights' device, in the innermost scope.
     *
     * @param generator of the weights' device; null for the default generator
     */
    public LatentDraws draw(long batch, Generator generator) {
        Device device = postQuantConv.weight().device();
        DType dtype = Latents.wideDtype(postQuantConv.weight());
        Tensor noise = config.bottleneck() instanceof KlBottleneck.Options
                ? Torch.randn(new long[] {batch, config.latentTokens(), config.latentChannels()}, generator,
                        dtype, device)
                : null;
        boolean shuffled = repa != null && config.repa().align() == RepaAlign.AVG_1D_SHUFFLE && isTraining();
        Tensor permutation = shuffled
                ? Torch.randperm(config.repa().model().patches(), generator, DType.INT64, device) : null;
        return new LatentDraws(noise, permutation);
    }

    /** Encodes and decodes, with random numbers from the generator, see {@link #draw}. */
    public Output forward(Tensor images, Generator generator) {
        try (Scope scope = Scope.open()) {
            Output output = forward(images, draw(images.size(0), generator));
            moveOutward(output);
            return output;
        }
    }

    /**
     * Encodes and decodes. In training mode codebooks note their usage, and there is the loss of {@link Repa}.
     *
     * @param images [B, 3, imageSize, imageSize] in [-1, 1]
     * @param draws  the random numbers
     * @throws IllegalArgumentException for shapes that do not fit
     */
    public Output forward(Tensor images, LatentDraws draws) {
        try (Scope scope = Scope.open()) {
            Bottleneck.Output latent = bottleneck.apply(encoded(images), draws, isTraining());
            Map<String, Tensor> losses = new LinkedHashMap<>(latent.losses());
            if (repa != null && isTraining()) {
                losses.put("repa", repa.loss(repa.features(images), latent.z(), draws.permutation()));
            }
            Output output = new Output(decode(latent.z()), latent.z(), losses, latent.codes());
            moveOutward(output);
            return output;
        }
    }

    private static void moveOutward(Output output) {
        output.reconstruction().moveOutward();
        output.latents().moveOutward();
        output.losses().values().forEach(Tensor::moveOutward);
        if (output.codes() != null) {
            output.codes().moveOutward();
        }
    }

    /**
     * What the bottleneck takes: the encoder's tokens in the latents' channels, for KL means and log variances.
     *
     * @param images [B, 3, imageSize, imageSize] in [-1, 1]
     * @return [B, tokens, channels], for KL twice the channels
     * @throws IllegalArgumentException for another shape
     */
    public Tensor encoded(Tensor images) {
        return Scope.returning(() -> quantConv.forward(encoder.forward(images)));
    }

    /**
     * The latents without noise: for KL the means.
     *
     * @param images [B, 3, imageSize, imageSize] in [-1, 1]
     * @return [B, tokens, channels]
     * @throws IllegalArgumentException for another shape
     */
    public Tensor encode(Tensor images) {
        return Scope.returning(() -> bottleneck.mode(encoded(images)));
    }

    /**
     * The images of latents.
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

    /** The names of {@link Output#losses} in training, in their order. */
    public List<String> lossNames() {
        return config.lossNames();
    }

    /** The parameters that train, those of {@link Repa}'s frozen encoder left out. */
    public List<Tensor> trainableParameters() {
        return parameters().stream().filter(Tensor::requiresGrad).toList();
    }
}
