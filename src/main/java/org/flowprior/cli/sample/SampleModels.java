package org.flowprior.cli.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.config.RequestException;
import org.flowprior.data.RgbImage;
import org.flowprior.mar.LatentLayout;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarConfig;
import org.flowprior.mar.MarFile;
import org.flowprior.mar.MarSampler;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Precision;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** A generator and the autoencoder whose latents it makes. */
final class SampleModels implements AutoCloseable {

    private final Mar mar;
    private final Autoencoder autoencoder;
    private final Device device;
    private final Precision precision;

    private SampleModels(Mar mar, Autoencoder autoencoder, Device device, Precision precision) {
        this.mar = mar;
        this.autoencoder = autoencoder;
        this.device = device;
        this.precision = precision;
    }

    /** Reads both and requires that they fit together. */
    static SampleModels open(Path generator, Path decoder, Device device, Precision precision) throws IOException {
        FileArguments.requireFiles(generator, decoder);
        Mar mar = MarFile.read(generator);
        Autoencoder autoencoder = null;
        try {
            autoencoder = Autoencoder.read(decoder, config -> config.withRepa(null));
            requireFitting(generator, mar.config(), decoder, autoencoder.config());
            mar.to(device);
            mar.eval();
            autoencoder.to(device);
            autoencoder.eval();
            return new SampleModels(mar, autoencoder, device, precision);
        } catch (RuntimeException | Error e) {
            mar.close();
            if (autoencoder != null) {
                autoencoder.close();
            }
            throw e;
        }
    }

    private static void requireFitting(Path generator, MarConfig mar, Path decoder, AutoencoderConfig autoencoder) {
        if (!(mar.layout() instanceof LatentLayout.Sequence) || mar.tokens() != autoencoder.latentTokens()
                || mar.channels() != autoencoder.latentChannels()) {
            throw new RequestException(generator + " makes " + mar.tokens() + " tokens of " + mar.channels()
                    + " channels" + (mar.layout() instanceof LatentLayout.Sequence ? "" : " on a grid") + ", but "
                    + decoder + " takes " + autoencoder.latentTokens() + " of " + autoencoder.latentChannels()
                    + "; give the autoencoder whose latents the generator was trained on");
        }
    }

    MarConfig config() {
        return mar.config();
    }

    /** Pixels along a side of the images. */
    int imageSize() {
        return autoencoder.config().imageSize();
    }

    MarSampler sampler(MarSampler.Options options) {
        return new MarSampler(mar, options);
    }

    /** What the head draws for a token. */
    private long draws(MarSampler.Options options) {
        return mar.config().head() instanceof MarConfig.Head.Diffusion ? options.head().steps() : 1;
    }

    /**
     * The images of those numbers.
     *
     * @param images  their numbers
     * @param labels  the class of each number
     * @param seed    see {@link SampleNoise}
     * @param scaling what the latents were multiplied by for the generator
     */
    List<RgbImage> sample(MarSampler sampler, MarSampler.Options options, int[] images, IntUnaryOperator labels,
            long seed, double scaling) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            MarConfig sizes = mar.config();
            SampleNoise noise = SampleNoise.draw(seed, images, draws(options), sizes.tokens(), sizes.channels());
            Tensor classes = Tensor.of(Arrays.stream(images).mapToLong(labels::applyAsInt).toArray(), images.length);
            Tensor pixels = precision.compute(device, () -> {
                Tensor tokens = sampler.sample(classes, noise.orders(), noise.given());
                return autoencoder.decode(sizes.layout().latents(tokens).to(DType.FLOAT32).div(scaling));
            }).to(Device.CPU, DType.FLOAT32);
            requireFinite(pixels, images);
            return pictures(levels(pixels));
        }
    }

    private static void requireFinite(Tensor pixels, int[] images) {
        boolean[] finite = pixels.isfinite().flatten(1).all(1L).toBooleanArray();
        for (int i = 0; i < images.length; i++) {
            if (!finite[i]) {
                throw new RequestException("image " + images[i] + " has pixels that are no finite numbers; take "
                        + "weights of a longer training, or less guidance");
            }
        }
    }

    /**
     * The official evaluation's levels: 255 (v + 1) / 2, cut to [0, 255] and rounded half to even.
     *
     * @return uint8 [N, H, W, 3]
     */
    static Tensor levels(Tensor pixels) {
        return Scope.returning(() -> pixels.add(1).div(2).mul(255).clamp(0, 255).round().to(DType.UINT8)
                .permute(0, 2, 3, 1).contiguous());
    }

    private static List<RgbImage> pictures(Tensor levels) {
        List<RgbImage> pictures = new ArrayList<>();
        int height = Math.toIntExact(levels.size(1));
        int width = Math.toIntExact(levels.size(2));
        byte[] all = levels.toByteArray();
        int size = 3 * height * width;
        for (int from = 0; from < all.length; from += size) {
            pictures.add(new RgbImage(width, height, Arrays.copyOfRange(all, from, from + size)));
        }
        return pictures;
    }

    @Override
    public void close() {
        mar.close();
        autoencoder.close();
    }
}
