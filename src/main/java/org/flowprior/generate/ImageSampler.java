package org.flowprior.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.config.RequestException;
import org.flowprior.data.Pixels;
import org.flowprior.data.RgbImage;
import org.flowprior.mar.Guidance;
import org.flowprior.mar.HeadSampling;
import org.flowprior.mar.LatentLayout;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarConfig;
import org.flowprior.mar.MarSampler;
import org.flowprior.mar.SamplingNoise;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Precision;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Samples images: a generator makes latents, an autoencoder decodes them. Both are on one device, stay the caller's,
 * and must not change until the sampler is closed.
 *
 * <p>The random numbers of an image depend only on the seed and the number of the image. So images can be made in any
 * order, and a stopped run continues with the same ones. The other images of a batch may change the last bits.
 *
 * <pre>{@code
 * try (ImageSampler sampler = ImageSampler.of(mar, autoencoder, scaling)) {
 *     List<RgbImage> images = sampler.images(new int[] {0, 1, 2}, 42);
 * }
 * }</pre>
 */
public final class ImageSampler implements AutoCloseable {

    /** The default number of iterations; with fewer tokens, the default is one iteration for each. */
    public static final int MOST_ITERATIONS = 64;

    private final Mar mar;
    private final Autoencoder autoencoder;
    private final double scaling;
    private final MarSampler.Options options;
    private final Precision precision;
    private final MarSampler sampler;

    private ImageSampler(Mar mar, Autoencoder autoencoder, double scaling, MarSampler.Options options,
            Precision precision) {
        this.mar = mar;
        this.autoencoder = autoencoder;
        this.scaling = scaling;
        this.options = options;
        this.precision = precision;
        sampler = new MarSampler(mar, options);
    }

    /**
     * Makes a sampler without guidance, with at most {@link #MOST_ITERATIONS} iterations, {@link HeadSampling#OFFICIAL}
     * and float32.
     *
     * @param scaling factor by which the latents were multiplied to train the generator
     * @throws RequestException when the autoencoder takes other latents than the generator makes
     */
    public static ImageSampler of(Mar mar, Autoencoder autoencoder, double scaling) {
        int iterations = (int) Math.min(MOST_ITERATIONS, mar.config().tokens());
        return of(mar, autoencoder, scaling, new MarSampler.Options(iterations,
                new Guidance(1, Guidance.Schedule.LINEAR), HeadSampling.OFFICIAL), Precision.FLOAT32);
    }

    /**
     * Makes a sampler with these options.
     *
     * @param scaling factor by which the latents were multiplied to train the generator
     * @throws RequestException         when the autoencoder takes other latents than the generator makes
     * @throws IllegalArgumentException for more iterations than tokens, and for a solver that the head does not have
     */
    public static ImageSampler of(Mar mar, Autoencoder autoencoder, double scaling, MarSampler.Options options,
            Precision precision) {
        requireFitting("the generator", mar.config(), "the autoencoder", autoencoder.config());
        return new ImageSampler(mar, autoencoder, scaling, options, precision);
    }

    /**
     * Requires that an autoencoder decodes the latents that a generator makes.
     *
     * @param generator what the message calls the generator, for example its file
     * @param decoder   what the message calls the autoencoder
     * @throws RequestException when it does not
     */
    public static void requireFitting(String generator, MarConfig mar, String decoder, AutoencoderConfig autoencoder) {
        boolean sequence = mar.layout() instanceof LatentLayout.Sequence;
        if (!sequence || mar.tokens() != autoencoder.latentTokens()
                || mar.channels() != autoencoder.latentChannels()) {
            throw new RequestException(generator + " makes " + mar.tokens() + " tokens of " + mar.channels()
                    + " channels" + (sequence ? "" : " on a grid") + ", but "
                    + decoder + " takes " + autoencoder.latentTokens() + " of " + autoencoder.latentChannels()
                    + "; give the autoencoder whose latents the generator was trained on");
        }
    }

    /** Returns how tokens are sampled. */
    public MarSampler.Options options() {
        return options;
    }

    /** Returns the factor by which the latents were multiplied to train the generator. */
    public double scaling() {
        return scaling;
    }

    /** Returns the precision of generator and decoder. */
    public Precision precision() {
        return precision;
    }

    /** Returns the device of the generator. */
    public Device device() {
        return mar.parameters().getFirst().device();
    }

    /** Samples the images 0, 1, 2 &hellip; of these classes; exceptions are those of {@link #pixels}. */
    public List<RgbImage> images(int[] labels, long seed) {
        return images(IntStream.range(0, labels.length).toArray(), labels, seed);
    }

    /**
     * Samples images in 8 bits, rounded as {@link Pixels#sampleLevels} says; arguments and exceptions are those of
     * {@link #pixels}.
     */
    public List<RgbImage> images(int[] numbers, int[] labels, long seed) {
        try (Scope scope = Scope.open()) {
            Tensor levels = Pixels.sampleLevels(pixels(numbers, labels, seed)).permute(0, 2, 3, 1).contiguous();
            int height = Math.toIntExact(levels.size(1));
            int width = Math.toIntExact(levels.size(2));
            List<RgbImage> images = new ArrayList<>();
            byte[] all = levels.toByteArray();
            int size = 3 * height * width;
            for (int from = 0; from < all.length; from += size) {
                images.add(new RgbImage(width, height, Arrays.copyOfRange(all, from, from + size)));
            }
            return images;
        }
    }

    /**
     * Samples images.
     *
     * @param numbers numbers of the images; with the seed, they decide the random numbers
     * @param labels  classes of the images, one for each
     * @return float32 [n, 3, H, W] on the CPU, nominally in [-1, 1], not clamped
     * @throws RequestException         for pixels that are not finite; the message has the number of the image
     * @throws IllegalArgumentException for another number of labels
     */
    public Tensor pixels(int[] numbers, int[] labels, long seed) {
        if (numbers.length == 0 || numbers.length != labels.length) {
            throw new IllegalArgumentException("there must be one class for each image, and at least one image, not "
                    + numbers.length + " images and " + labels.length + " classes");
        }
        boolean training = autoencoder.isTraining();
        autoencoder.eval();
        try (NoGrad noGrad = new NoGrad()) {
            return Scope.returning(() -> {
                Tensor pixels = decoded(numbers, labels, seed).to(Device.CPU, DType.FLOAT32);
                requireFinite(pixels, numbers);
                return pixels;
            });
        } finally {
            autoencoder.train(training);
        }
    }

    private Tensor decoded(int[] numbers, int[] labels, long seed) {
        List<Tensor> orders = new ArrayList<>();
        List<Tensor> noise = new ArrayList<>();
        long tokens = mar.config().tokens();
        long draws = mar.config().head() instanceof MarConfig.Head.Diffusion ? options.head().steps() : 1;
        for (int number : numbers) {
            try (Generator generator = Generator.seeded(Seeds.derive(seed, "sample.image." + number))) {
                orders.add(MarSampler.orders(1, tokens, generator));
                noise.add(Torch.randn(new long[] {draws, tokens, mar.config().channels()}, generator));
            }
        }
        Tensor classes = Tensor.of(Arrays.stream(labels).asLongStream().toArray(), labels.length);
        return precision.compute(device(), () -> {
            Tensor sampled = sampler.sample(classes, Torch.cat(orders, 0), SamplingNoise.given(Torch.stack(noise, 1)));
            return autoencoder.decode(mar.config().layout().latents(sampled).to(DType.FLOAT32).div(scaling));
        });
    }

    private static void requireFinite(Tensor pixels, int... numbers) {
        boolean[] finite = pixels.isfinite().flatten(1).all(1L).toBooleanArray();
        for (int i = 0; i < numbers.length; i++) {
            if (!finite[i]) {
                throw new RequestException("image " + numbers[i] + " has pixels that are not finite; use weights of a "
                        + "longer training, or less guidance");
            }
        }
    }

    /** Frees what the sampler computed once; generator and autoencoder stay open. */
    @Override
    public void close() {
        sampler.close();
    }
}
