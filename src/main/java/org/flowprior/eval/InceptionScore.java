package org.flowprior.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * The Inception score (Salimans et al. 2016): exp of the mean over images of KL(p(class | image) || mean p), averaged
 * over parts of the set. Evaluators use Inception's logits without bias, and differ in the parts. This class computes in
 * float64; ADM computes in float32 and gives NaN if a probability underflows, which contributes 0 here.
 */
public final class InceptionScore {

    private static final int BLOCK = 2048;

    private InceptionScore() {}

    /**
     * How the set is cut into parts. Either {@code parts} or {@code partSize} is 0.
     *
     * @param parts    number of parts; part i begins at image floor(i N / parts)
     * @param partSize images of a part, fewer in the last
     * @param seed     of the {@link NumpyPermutation} that shuffles the set first; null to keep its order
     */
    public record Convention(int parts, int partSize, Integer seed) {

        /** Ten parts of the set, shuffled with seed 2020. */
        public static final Convention TORCH_FIDELITY = new Convention(10, 0, 2020);
        /** Parts of 5,000 in the set's order. */
        public static final Convention ADM = new Convention(0, 5000, null);

        /** Throws {@link IllegalArgumentException} unless exactly one of number and size of parts is given. */
        public Convention {
            if (parts < 0 || partSize < 0 || (parts == 0) == (partSize == 0)) {
                throw new IllegalArgumentException("a set is cut into a number of parts or into parts of a size, not "
                        + parts + " and " + partSize);
            }
        }

        private List<int[]> cut(int images) {
            int[] order = seed == null ? IntStream.range(0, images).toArray() : NumpyPermutation.of(seed, images);
            int count = parts > 0 ? parts : Math.ceilDiv(images, partSize);
            List<int[]> result = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int from = Math.toIntExact(parts > 0 ? (long) i * images / parts : (long) i * partSize);
                int to = Math.toIntExact(parts > 0 ? (i + 1L) * images / parts
                        : Math.min((i + 1L) * partSize, images));
                result.add(Arrays.copyOfRange(order, from, to));
            }
            return result;
        }
    }

    /**
     * The score.
     *
     * @param mean      over the parts; from 1 to the number of classes
     * @param deviation standard deviation over the parts, with their number as divisor; ADM does not print it
     */
    public record Result(double mean, double deviation) {}

    /**
     * Computes the score of a set.
     *
     * @param logits floating point, [N, C], finite
     * @throws IllegalArgumentException for anything else, and for fewer images than parts
     */
    public static Result of(Tensor logits, Convention convention) {
        if (logits.dim() != 2 || logits.size(1) == 0 || !logits.dtype().isFloatingPoint()
                || logits.size(0) < Math.max(1, convention.parts())) {
            throw new IllegalArgumentException("an Inception score needs logits [N, C] of "
                    + Math.max(1, convention.parts()) + " images or more, not " + logits.signature());
        }
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad();
                Autocast off = Autocast.off(logits.device().type())) {
            FiniteRows.require(logits, "an image's vector of logits");
            double[] scores = convention.cut(Math.toIntExact(logits.size(0))).stream()
                    .mapToDouble(part -> score(logits.detach(), part)).toArray();
            double mean = Arrays.stream(scores).average().orElseThrow();
            double variance = Arrays.stream(scores).map(s -> (s - mean) * (s - mean)).average().orElseThrow();
            return new Result(mean, Math.sqrt(variance));
        }
    }

    /** Computes exp(H(mean p) - mean H(p)), which is the same. */
    private static double score(Tensor logits, int[] part) {
        try (Scope scope = Scope.open()) {
            Tensor sum = Torch.zeros(new long[] {logits.size(1)}, DType.FLOAT64, logits.device());
            double negativeEntropy = 0;
            for (int from = 0; from < part.length; from += BLOCK) {
                try (Scope inner = Scope.open()) {
                    int[] rows = Arrays.copyOfRange(part, from, Math.min(from + BLOCK, part.length));
                    Tensor some = logits.indexSelect(0, Tensor.of(rows).to(logits.device(), DType.INT64))
                            .to(DType.FLOAT64);
                    Tensor logarithm = some.logSoftmax(1);
                    Tensor probability = logarithm.exp();
                    sum.add_(probability.sum(0));
                    negativeEntropy += probability.mul_(logarithm).sum().item();
                }
            }
            Tensor mean = sum.div_(part.length);
            return Math.exp(negativeEntropy / part.length - mean.xlogy(mean).sum().item());
        }
    }
}
