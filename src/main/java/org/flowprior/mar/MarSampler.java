package org.flowprior.mar;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Samples the tokens of images from a generator (Li et al. 2024, Sec. 3.4; the paper's 5.2): in random order, some at
 * each iteration, given those before. Runs the generator in evaluation mode, without gradients. The generator stays the
 * caller's and must not change until the sampler is closed.
 *
 * <p>Only needed numbers are computed, and equal ones once: the last decoder block runs only for the tokens predicted
 * next; at the first iteration, images of one class share their conditions, and so do all images without a class; and
 * the head samples as {@link HeadSampler} says. {@link #plain} computes all rows, for comparison.
 */
public final class MarSampler implements AutoCloseable {

    /**
     * Options of sampling.
     *
     * @param iterations 1 to the number of tokens
     * @param guidance   classifier-free guidance
     * @param head       how the head samples
     */
    public record Options(int iterations, Guidance guidance, HeadSampling head) {}

    private final Mar mar;
    private final Options options;
    private final MaskSchedule schedule;
    private final HeadSampler head;
    private final boolean saving;

    /**
     * A sampler that computes only what is needed.
     *
     * @throws IllegalArgumentException for more iterations than tokens, and for a solver that the head does not have
     */
    public MarSampler(Mar mar, Options options) {
        this(mar, options, true);
    }

    private MarSampler(Mar mar, Options options, boolean saving) {
        this.mar = mar;
        this.options = options;
        this.saving = saving;
        schedule = new MaskSchedule(Math.toIntExact(mar.config().tokens()), options.iterations());
        head = saving ? HeadSampler.of(mar.head(), options.head()) : HeadSampler.plain(mar.head(), options.head());
    }

    /** Makes a sampler that computes every row at every iteration: the same tokens up to rounding. */
    public static MarSampler plain(Mar mar, Options options) {
        return new MarSampler(mar, options, false);
    }

    /** Draws independent uniform orders, [B, L] int64, on the CPU. */
    public static Tensor orders(long images, long tokens, Generator generator) {
        return Scope.returning(() -> Torch.rand(new long[] {images, tokens}, generator, DType.FLOAT64).argsort(1));
    }

    /**
     * Samples tokens with drawn orders and noise.
     *
     * @param labels    [B] int64
     * @param generator of the CPU
     * @return [B, L, C]
     */
    public Tensor sample(Tensor labels, Generator generator) {
        return Scope.returning(() -> sample(labels, orders(labels.size(0), mar.config().tokens(), generator),
                SamplingNoise.of(generator, mar.config().channels())));
    }

    /**
     * Samples tokens with given orders and noise.
     *
     * @param labels [B] int64
     * @param orders [B, L] int64, a permutation of 0 &hellip; L &minus; 1 for each image: its tokens are predicted from
     *               the last to the first
     * @return [B, L, C], scaled as the latents in training
     * @throws IllegalArgumentException for orders that are not permutations, and noise of a wrong shape
     */
    public Tensor sample(Tensor labels, Tensor orders, SamplingNoise noise) {
        boolean training = mar.isTraining();
        mar.eval();
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            return sampled(labels, orders, noise).moveOutward();
        } finally {
            mar.train(training);
        }
    }

    private Tensor sampled(Tensor labels, Tensor givenOrders, SamplingNoise noise) {
        long images = labels.size(0);
        long length = schedule.tokens();
        Tensor weight = mar.parameters().getFirst();
        Device device = weight.device();
        Tensor orders = checked(givenOrders, images).to(DType.INT64, device);
        Tensor given = labels.to(DType.INT64, device);
        Tensor classes = classVectors(given, images);
        Tensor tokens = Torch.zeros(new long[] {images, length, mar.config().channels()}, weight.dtype(), device);
        Tensor mask = Torch.ones(new long[] {images, length}, DType.BOOL, device);
        int masked = schedule.tokens();
        int[] predicted = schedule.predicted();
        for (int i = 0; i < predicted.length; i++) {
            try (Scope scope = Scope.open()) {
                double factor = options.guidance().factor(schedule.tokens(), schedule.next(i, masked));
                masked -= predicted[i];
                Tensor positions = orders.narrow(1, masked, predicted[i]).sort(1, false).values();
                Tensor z = i == 0 && saving && images > 1 ? firstConditions(tokens, mask, given, positions)
                        : conditions(tokens, mask, classes, positions);
                Tensor values = predict(z.flatten(0, 1), positions, factor, noise, weight);
                Tensor channels = positions.unsqueeze(2).expand(-1, -1, tokens.size(2));
                tokens.scatter_(1, channels, values.view(images, predicted[i], -1));
                mask.scatter_(1, positions, 0);
            }
        }
        return tokens;
    }

    /** Returns the vectors of the labels and, with guidance, after them {@code unconditional} vectors for no class. */
    private Tensor classVectors(Tensor labels, long unconditional) {
        Tensor vectors = mar.classVectors(labels, null);
        return guided() ? Torch.cat(List.of(vectors, mar.unconditional(unconditional)), 0) : vectors;
    }

    private boolean guided() {
        return options.guidance().active();
    }

    /** While no token is known, conditions differ only by class: computes them once for each class and for no class. */
    private Tensor firstConditions(Tensor tokens, Tensor mask, Tensor labels, Tensor positions) {
        long[] each = labels.toLongArray();
        long[] distinct = Arrays.stream(each).distinct().sorted().toArray();
        Tensor classes = classVectors(Tensor.of(distinct).to(DType.INT64, labels.device()), 1);
        long count = classes.size(0);
        Tensor z = mar.conditions(tokens.narrow(0, 0, 1).expand(count, -1, -1), mask.narrow(0, 0, 1).expand(count, -1),
                classes);
        IntStream rows = Arrays.stream(each).mapToInt(label -> Arrays.binarySearch(distinct, label));
        IntStream unconditional = IntStream.generate(() -> distinct.length).limit(guided() ? each.length : 0);
        Tensor row = Tensor.of(IntStream.concat(rows, unconditional).asLongStream().toArray()).to(DType.INT64,
                labels.device());
        return MarBlock.gather(z.indexSelect(0, row), twice(positions));
    }

    /** Computes the conditions at the positions, [B, n, D], and, with guidance, after them those for no class. */
    private Tensor conditions(Tensor tokens, Tensor mask, Tensor classes, Tensor positions) {
        Tensor read = twice(positions);
        return saving ? mar.conditions(twice(tokens), twice(mask), classes, read)
                : MarBlock.gather(mar.conditions(twice(tokens), twice(mask), classes), read);
    }

    /** Samples the tokens at the positions, [B n, C]. */
    private Tensor predict(Tensor z, Tensor positions, double factor, SamplingNoise noise, Tensor like) {
        long rows = positions.numel();
        return head.sample(z.narrow(0, 0, rows), guided() ? z.narrow(0, rows, rows) : null, factor,
                draw -> noise.draw(positions, draw).to(like.dtype(), like.device())).to(like.dtype());
    }

    private Tensor twice(Tensor x) {
        return guided() ? Torch.cat(List.of(x, x), 0) : x;
    }

    private Tensor checked(Tensor orders, long images) {
        long[] wanted = {images, schedule.tokens()};
        if (!Arrays.equals(orders.shape(), wanted)) {
            throw new IllegalArgumentException("orders must be " + Arrays.toString(wanted) + ", not "
                    + Arrays.toString(orders.shape()));
        }
        Tensor numbers = Torch.arange(schedule.tokens(), DType.INT64, orders.device()).expand(wanted);
        if (!orders.sort(1, false).values().equal(numbers)) {
            throw new IllegalArgumentException("each row of orders must be a permutation of 0 to "
                    + (schedule.tokens() - 1));
        }
        return orders;
    }

    /** Frees what was computed once for all times of the head. */
    @Override
    public void close() {
        head.close();
    }
}
