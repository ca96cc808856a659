package org.flowprior.torch;

import java.util.Arrays;
import java.util.List;

/** Functions of {@link Functional} that PyTorch writes in Python, and its argument orders where the op has others. */
abstract class FunctionalForms {

    FunctionalForms() {}

    /** The logistic function: {@code torch.nn.functional.sigmoid}. */
    public static Tensor sigmoid(Tensor input) {
        return input.sigmoid();
    }

    /** The hyperbolic tangent. */
    public static Tensor tanh(Tensor input) {
        return input.tanh();
    }

    /** log(sigmoid(x)): {@code torch.nn.functional.logsigmoid}. */
    public static Tensor logsigmoid(Tensor input) {
        return Functional.logSigmoid(input);
    }

    /** The softmax of −x along that dimension. */
    public static Tensor softmin(Tensor input, long dim) {
        return input.neg().softmax(dim);
    }

    /** x / (1 + |x|). */
    public static Tensor softsign(Tensor input) {
        return input.div(input.abs().add(1));
    }

    /** x − tanh(x). */
    public static Tensor tanhshrink(Tensor input) {
        return input.sub(input.tanh());
    }

    /** Zeroes elements with probability p and scales the others, as in training. */
    public static Tensor dropout(Tensor input, double p) {
        return Functional.dropout(input, p, true);
    }

    /** Zeroes half of the elements and doubles the others, as in training. */
    public static Tensor dropout(Tensor input) {
        return Functional.dropout(input, 0.5, true);
    }

    /** Zeroes whole channels with probability p, as in training. */
    public static Tensor dropout2d(Tensor input, double p, boolean training) {
        return Functional.featureDropout(input, p, training);
    }

    // ---- losses ----------------------------------------------------------------------------------------------------

    /** The mean cross entropy of logits [N, C, …] and classes [N, …] (int64) or probabilities [N, C, …]. */
    public static Tensor crossEntropy(Tensor input, Tensor target) {
        return Functional.crossEntropyLoss(input, target);
    }

    /** The cross entropy with that reduction. */
    public static Tensor crossEntropy(Tensor input, Tensor target, Reduction reduction) {
        return Functional.crossEntropyLoss(input, target, null, reduction);
    }

    /**
     * The cross entropy, with the arguments of {@code torch.nn.functional.cross_entropy} in its order.
     *
     * @param weight         weights of the classes [C], or null
     * @param ignoreIndex    the class of targets that do not count, -100 in PyTorch's default
     * @param labelSmoothing in [0, 1]
     */
    public static Tensor crossEntropy(Tensor input, Tensor target, Tensor weight, long ignoreIndex,
            Reduction reduction, double labelSmoothing) {
        return Functional.crossEntropyLoss(input, target, weight, reduction, ignoreIndex, labelSmoothing);
    }

    /** A 1 at each class and 0 elsewhere, int64; the number of classes is the largest class plus 1. */
    public static Tensor oneHot(Tensor classes) {
        return Torch.oneHot(classes);
    }

    /** A 1 at each class and 0 elsewhere, int64, as {@code [*, numClasses]}. */
    public static Tensor oneHot(Tensor classes, long numClasses) {
        return Torch.oneHot(classes, numClasses);
    }

    // ---- vectors and draws -----------------------------------------------------------------------------------------

    /** Divides by the Euclidean norm along dimension 1. */
    public static Tensor normalize(Tensor input) {
        return normalize(input, 2, 1);
    }

    /** Divides by the p-norm along that dimension. */
    public static Tensor normalize(Tensor input, double p, long dim) {
        return normalize(input, p, dim, 1e-12);
    }

    /** Divides by max(p-norm along that dimension, eps). */
    public static Tensor normalize(Tensor input, double p, long dim, double eps) {
        return input.div(input.norm(p, dim, true).clampMin(eps));
    }

    /** Draws from the Gumbel-softmax distribution with temperature 1 along the last dimension. */
    public static Tensor gumbelSoftmax(Tensor logits) {
        return gumbelSoftmax(logits, 1, false, -1);
    }

    /**
     * Draws from the Gumbel-softmax distribution (Jang et al., 2017).
     *
     * @param tau  the temperature
     * @param hard whether the result is one-hot, with the gradient of the soft draw
     */
    public static Tensor gumbelSoftmax(Tensor logits, double tau, boolean hard, long dim) {
        Tensor noise = Torch.emptyLike(logits).exponential_().log().neg();
        Tensor soft = logits.add(noise).div(tau).softmax(dim);
        if (!hard) {
            return soft;
        }
        Tensor chosen = Torch.zerosLike(logits).scatter_(dim, soft.argmax(dim, true), 1.0);
        return chosen.sub(soft.detach()).add(soft);
    }

    // ---- images ----------------------------------------------------------------------------------------------------

    /** Resizes [N, C, …] to those sizes, by the nearest element. */
    public static Tensor interpolate(Tensor input, long[] size) {
        return interpolate(input, size, null, "nearest", false, false);
    }

    /** Resizes [N, C, …] to those sizes. See the full form for the modes. */
    public static Tensor interpolate(Tensor input, long[] size, String mode) {
        return interpolate(input, size, null, mode, false, false);
    }

    /** Resizes [N, C, …] to those sizes. See the full form for the modes. */
    public static Tensor interpolate(Tensor input, long[] size, String mode, boolean alignCorners) {
        return interpolate(input, size, null, mode, alignCorners, false);
    }

    /** Resizes [N, C, …] by those factors. See the full form for the modes. */
    public static Tensor interpolate(Tensor input, double[] scaleFactor, String mode) {
        return interpolate(input, null, scaleFactor, mode, false, false);
    }

    /** Resizes [N, C, …] by those factors. See the full form for the modes. */
    public static Tensor interpolate(Tensor input, double[] scaleFactor, String mode, boolean alignCorners) {
        return interpolate(input, null, scaleFactor, mode, alignCorners, false);
    }

    /**
     * Resizes [N, C, …] with one to three spatial dimensions: {@code torch.nn.functional.interpolate}.
     *
     * @param size        sizes of the spatial dimensions, one for all or one for each, or null with factors
     * @param scaleFactor their factors, or null with sizes
     * @param mode        {@code nearest}, {@code nearest-exact} (two dimensions), {@code linear}, {@code bilinear},
     *                    {@code bicubic}, {@code trilinear} or {@code area}
     * @param antialias   whether to smooth before making smaller; {@code bilinear} and {@code bicubic} only
     * @throws IllegalArgumentException if the mode does not fit the dimensions, or size and factors are both given or
     *                                  both null
     */
    public static Tensor interpolate(Tensor input, long[] size, double[] scaleFactor, String mode,
            boolean alignCorners, boolean antialias) {
        int spatial = input.dim() - 2;
        if ((size == null) == (scaleFactor == null)) {
            throw new IllegalArgumentException("interpolate: give either sizes or scale factors");
        }
        long[] sizes = size != null && size.length == 1 ? filled(size[0], spatial) : size;
        double[] factors = scaleFactor;
        if (factors != null && factors.length == 1) {
            factors = new double[Math.max(spatial, 0)];
            Arrays.fill(factors, scaleFactor[0]);
        }
        return switch (mode + (antialias ? " antialias " : " ") + spatial) {
            case "nearest 1" -> Functional.upsampleNearest1d(input, sizes, factors);
            case "nearest 2" -> Functional.upsampleNearest2d(input, sizes, factors);
            case "nearest 3" -> Functional.upsampleNearest3d(input, sizes, factors);
            case "nearest-exact 2" -> Functional.upsampleNearestExact2d(input, sizes, factors);
            case "linear 1" -> Functional.upsampleLinear1d(input, sizes, alignCorners, factors);
            case "bilinear 2" -> Functional.upsampleBilinear2d(input, sizes, alignCorners, factors);
            case "bicubic 2" -> Functional.upsampleBicubic2d(input, sizes, alignCorners, factors);
            case "trilinear 3" -> Functional.upsampleTrilinear3d(input, sizes, alignCorners, factors);
            case "bilinear antialias 2" -> Functional.upsampleBilinear2dAa(input, sizes, alignCorners, factors);
            case "bicubic antialias 2" -> Functional.upsampleBicubic2dAa(input, sizes, alignCorners, factors);
            case "area 1" -> Functional.adaptiveAvgPool1d(input, areaSizes(input, sizes, factors));
            case "area 2" -> Functional.adaptiveAvgPool2d(input, areaSizes(input, sizes, factors));
            case "area 3" -> Functional.adaptiveAvgPool3d(input, areaSizes(input, sizes, factors));
            default -> throw new IllegalArgumentException("interpolate: mode '" + mode + "'"
                    + (antialias ? " with antialias" : "") + " does not exist for " + spatial
                    + " spatial dimensions; give [N, C, …] and nearest, nearest-exact, linear, bilinear, bicubic, "
                    + "trilinear or area");
        };
    }

    private static long[] filled(long value, int length) {
        long[] all = new long[Math.max(length, 0)];
        Arrays.fill(all, value);
        return all;
    }

    private static long[] areaSizes(Tensor input, long[] sizes, double[] factors) {
        if (sizes != null) {
            return sizes;
        }
        long[] scaled = new long[factors.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (long) Math.floor(input.size(i + 2) * factors[i]);
        }
        return scaled;
    }

    /** Takes values of the images at the grid's places, bilinear, with zeros outside. */
    public static Tensor gridSample(Tensor input, Tensor grid) {
        return gridSample(input, grid, "bilinear", "zeros", false);
    }

    /**
     * Takes values of [N, C, H, W] at the places [N, h, w, 2], x before y in [-1, 1].
     *
     * @param mode        {@code bilinear}, {@code nearest} or {@code bicubic}
     * @param paddingMode {@code zeros}, {@code border} or {@code reflection}
     */
    public static Tensor gridSample(Tensor input, Tensor grid, String mode, String paddingMode,
            boolean alignCorners) {
        return Functional.gridSampler(input, grid, number("mode", mode, "bilinear", "nearest", "bicubic"),
                number("padding mode", paddingMode, "zeros", "border", "reflection"), alignCorners);
    }

    private static int number(String what, String word, String... words) {
        int number = List.of(words).indexOf(word);
        if (number < 0) {
            throw new IllegalArgumentException("grid_sample: " + what + " '" + word + "' is not one of "
                    + String.join(", ", words));
        }
        return number;
    }

    /** The grid for {@link #gridSample} of affine maps [N, 2, 3], for images of that size [N, C, H, W]. */
    public static Tensor affineGrid(Tensor theta, long[] size, boolean alignCorners) {
        return Functional.affineGridGenerator(theta, size, alignCorners);
    }

    /** The grid of affine maps, where the corners of an image are the outer corners of its pixels. */
    public static Tensor affineGrid(Tensor theta, long... size) {
        return Functional.affineGridGenerator(theta, size, false);
    }

    /** The square patches of [N, C, H, W], side by side, as columns of [N, C · k², L]. */
    public static Tensor unfold(Tensor input, long kernelSize) {
        return unfold(input, kernelSize, 1, 0, 1);
    }

    /** The square patches of [N, C, H, W] as columns: {@code torch.nn.functional.unfold}. */
    public static Tensor unfold(Tensor input, long kernelSize, long dilation, long padding, long stride) {
        return Functional.im2col(input, kernelSize, dilation, padding, stride);
    }

    /** The patches of [N, C, H, W] as columns, with numbers for height and width. */
    public static Tensor unfold(Tensor input, long[] kernelSize, long[] dilation, long[] padding, long[] stride) {
        return Functional.im2col(input, kernelSize, dilation, padding, stride);
    }

    /** Adds patches that lie one pixel apart to images of that size: the adjoint of {@link #unfold}. */
    public static Tensor fold(Tensor input, long[] outputSize, long kernelSize) {
        return fold(input, outputSize, kernelSize, 1, 0, 1);
    }

    /** Adds square patches [N, C · k², L] to images [N, C, H, W]: {@code torch.nn.functional.fold}. */
    public static Tensor fold(Tensor input, long[] outputSize, long kernelSize, long dilation, long padding,
            long stride) {
        return Functional.col2im(input, outputSize, filled(kernelSize, 2), filled(dilation, 2), filled(padding, 2),
                filled(stride, 2));
    }

    /** Rearranges [N, C · r², H, W] to [N, C, H · r, W · r]. */
    public static Tensor pixelShuffle(Tensor input, long upscaleFactor) {
        return Torch.pixelShuffle(input, upscaleFactor);
    }
}
