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
 * and must not change meanwhile.
 *
 * <p>The random numbers of an image depend on the seed and on the number of the image alone. So images can be made in
 * any order, and a stopped run continues with the same ones. The other images of a batch may change the last bits.
 *
 * <pre>{@code
 * try (ImageSampler sampler = ImageSampler.of(mar, autoencoder, scaling)) {
 *     List<RgbImage> images = sampler.images(new int[] {0, 1, 2}, 42);
 * }
 * }</pre>
 */
public final class ImageSampler implements AutoCloseable {

    /** Iterations unless others are asked for, where there are as many tokens; with fewer tokens, one for each. */
    public static final int MOST_ITERATIONS = 64;

    private static final int STEPS = 100;

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
     * Samples without guidance, in {@link #MOST_ITERATIONS} iterations at most, with 100 official steps of the head, in
     * float32.
     *
     * @param scaling what the latents were multiplied by to train the generator
     * @throws RequestException when the autoencoder takes other latents than the generator makes
     */
    public static ImageSampler of(Mar mar, Autoencoder autoencoder, double scaling) {
        int iterations = (int) Math.min(MOST_ITERATIONS, mar.config().tokens());
        HeadSampling head = new HeadSampling(HeadSampling.Solver.OFFICIAL, STEPS, 1);
        return of(mar, autoencoder, scaling, new MarSampler.Options(iterations,
                new Guidance(1, Guidance.Schedule.LINEAR), head), Precision.FLOAT32);
    }

    /**
     * Samples with these options.
     *
     * @param scaling what the latents were multiplied by to train the generator
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
        if (!(mar.layout() instanceof LatentLayout.Sequence) || mar.tokens() != autoencoder.latentTokens()
                || mar.channels() != autoencoder.latentChannels()) {
            throw new RequestException(generator + " makes " + mar.tokens() + " tokens of " + mar.channels()
                    + " channels" + (mar.layout() instanceof LatentLayout.Sequence ? "" : " on a grid") + ", but "
                    + decoder + " takes " + autoencoder.latentTokens() + " of " + autoencoder.latentChannels()
                    + "; give the autoencoder whose latents the generator was trained on");
        }
    }

    /** How tokens are sampled. */
    public MarSampler.Options options() {
        return options;
    }

    /** What the latents were multiplied by to train the generator. */
    public double scaling() {
        return scaling;
    }

    /** What generator and decoder compute in. */
    public Precision precision() {
        return precision;
    }

    /** The device of the generator. */
    public Device device() {
        return mar.parameters().getFirst().device();
    }

    /** Samples images 0, 1, 2 &hellip; of these classes; exceptions are those of {@link #pixels}. */
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
            return pictures(levels);
        }
    }

    /**
     * Samples images.
     *
     * @param numbers of the images, from which, with the seed, their random numbers come
     * @param labels  their classes, one for each
     * @return float32 [n, 3, H, W] on the CPU, nominally in [-1, 1], not clamped
     * @throws RequestException         for pixels that are not finite; the message has the number of the image
     * @throws IllegalArgumentException for another number of labels
     */
    public Tensor pixels(int[] numbers, int[] labels, long seed) {
        if (numbers.length == 0 || numbers.length != labels.length) {
            throw new IllegalArgumentException("each image, and there is at least one, has one class, not "
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
        for (int number : numbers) {
            try (Generator generator = Generator.seeded(Seeds.derive(seed, "sample.image." + number))) {
                orders.add(MarSampler.orders(1, tokens, generator));
                noise.add(Torch.randn(new long[] {draws(), tokens, mar.config().channels()}, generator));
            }
        }
        Tensor classes = Tensor.of(Arrays.stream(labels).asLongStream().toArray(), labels.length);
        return precision.compute(device(), () -> {
            Tensor sampled = sampler.sample(classes, Torch.cat(orders, 0), SamplingNoise.given(Torch.stack(noise, 1)));
            return autoencoder.decode(mar.config().layout().latents(sampled).to(DType.FLOAT32).div(scaling));
        });
    }

    /** Draws of noise for a token: 1 for a flow head, one for each step of a diffusion head. */
    private long draws() {
        return mar.config().head() instanceof MarConfig.Head.Diffusion ? options.head().steps() : 1;
    }

    private static void requireFinite(Tensor pixels, int... numbers) {
        boolean[] finite = pixels.isfinite().flatten(1).all(1L).toBooleanArray();
        for (int i = 0; i < numbers.length; i++) {
            if (!finite[i]) {
                throw new RequestException("image " + numbers[i] + " has pixels that are no finite numbers; take "
                        + "weights of a longer training, or less guidance");
            }
        }
    }

    /** Images of levels, uint8 [n, H, W, 3]. */
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

    /** Frees what the sampler keeps for the head; generator and autoencoder stay open. */
    @Override
    public void close() {
        sampler.close();
    }
}
