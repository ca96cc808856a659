package org.flowprior.autoencoder;

import java.util.Arrays;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Differentiable augmentation of a discriminator's input (Zhao et al., 2020): color, translation by up to an eighth, and
 * a square hole. Each of the three is done to all images of the batch or to none, with separate random numbers for each
 * image.
 *
 * <p>The random numbers are {@link Draws}, drawn or given; the rest is deterministic. Gradients flow to the images.
 *
 * @param probability of each of the three, in [0, 1]
 * @param cutout      side of the hole, as a share of the image's side, in [0, 1]
 */
public record DiffAugment(double probability, double cutout) {

    /** For the adversarial losses: each with probability 1/2, holes of a fifth. */
    public static final DiffAugment WEAK = new DiffAugment(0.5, 0.2);
    /** For the consistency loss: always all three, holes of a half. */
    public static final DiffAugment STRONG = new DiffAugment(1, 0.5);

    private static final double SHIFT = 0.125;

    /** Throws {@link IllegalArgumentException} for numbers outside [0, 1]. */
    public DiffAugment {
        if (!(probability >= 0 && probability <= 1) || !(cutout >= 0 && cutout <= 1)) {
            throw new IllegalArgumentException(
                    "DiffAugment: probability and cutout must be in [0, 1], not " + probability
                            + " and " + cutout);
        }
    }

    /**
     * The random numbers of one call.
     *
     * @param color       null for none
     * @param translation null for none
     * @param hole        null for none
     */
    public record Draws(Color color, Translation translation, Hole hole) {

        /** No augmentation. */
        public static final Draws NONE = new Draws(null, null, null);

        /** Applies the function to each tensor. */
        Draws map(UnaryOperator<Tensor> f) {
            return new Draws(
                    color == null ? null
                            : new Color(f.apply(color.brightness), f.apply(color.saturation), f.apply(color.contrast)),
                    translation == null ? null
                            : new Translation(f.apply(translation.rows), f.apply(translation.columns)),
                    hole == null ? null : new Hole(f.apply(hole.rows), f.apply(hole.columns)));
        }
    }

    /** Uniform numbers in [0, 1), [B] each: 1/2 changes nothing. */
    public record Color(Tensor brightness, Tensor saturation, Tensor contrast) {}

    /** Whole numbers of any dtype, [B] each: output (i, j) is pixel (i + rows, j + columns), and 0 outside. */
    public record Translation(Tensor rows, Tensor columns) {}

    /** Whole numbers of any dtype, [B] each: the hole's centre; if its side is even, the pixel after the middle. */
    public record Hole(Tensor rows, Tensor columns) {}

    /**
     * Draws the random numbers for a batch. For color, translation and hole in this order: a uniform number for the
     * batch, and if it is at most the probability, brightness, saturation and contrast, or rows and columns.
     *
     * @param images    [B, C, H, W]; only shape, dtype and device are used
     * @param batchwise draws the numbers for the batch, on the CPU; null for its default generator
     * @param imagewise draws the numbers for images, on their device; null for its default generator; may be the same
     */
    public Draws draw(Tensor images, Generator batchwise, Generator imagewise) {
        check(images);
        Color color = happens(batchwise) ? drawColor(images, imagewise) : null;
        Translation translation = happens(batchwise) ? drawTranslation(images, imagewise) : null;
        Hole hole = happens(batchwise) ? drawHole(images, imagewise) : null;
        return new Draws(color, translation, hole);
    }

    private boolean happens(Generator generator) {
        try (Scope scope = Scope.open()) {
            return Torch.rand(new long[] {1}, generator).item() <= probability;
        }
    }

    private static Color drawColor(Tensor images, Generator generator) {
        Supplier<Tensor> uniform = () -> Torch.rand(new long[] {images.size(0)}, generator, images.dtype(),
                images.device());
        return new Color(uniform.get(), uniform.get(), uniform.get());
    }

    private static Translation drawTranslation(Tensor images, Generator generator) {
        long rows = rounded(images.size(2), SHIFT);
        long columns = rounded(images.size(3), SHIFT);
        return new Translation(integers(-rows, rows + 1, images, generator),
                integers(-columns, columns + 1, images, generator));
    }

    private Hole drawHole(Tensor images, Generator generator) {
        return new Hole(drawCentre(images.size(2), images, generator), drawCentre(images.size(3), images, generator));
    }

    private Tensor drawCentre(long size, Tensor images, Generator generator) {
        return integers(0, size + 1 - rounded(size, cutout) % 2, images, generator);
    }

    private static Tensor integers(long from, long to, Tensor images, Generator generator) {
        return Torch.randint(from, to, new long[] {images.size(0)}, generator, DType.INT64, images.device());
    }

    private static long rounded(long size, double ratio) {
        return (long) (size * ratio + 0.5);
    }

    /** Augments images with random numbers from {@link #draw}. */
    public Tensor apply(Tensor images, Generator batchwise, Generator imagewise) {
        return Scope.returning(() -> apply(images, draw(images, batchwise, imagewise)));
    }

    /**
     * Augments images. Holes and the outside become 0.
     *
     * @param images [B, C, H, W], floating point
     * @param draws  each tensor on the images' device
     * @return the same shape and dtype
     * @throws IllegalArgumentException for images of another shape or of whole numbers, and for draws that are not [B]
     */
    public Tensor apply(Tensor images, Draws draws) {
        check(images);
        return Scope.returning(() -> {
            Tensor x = images;
            if (draws.color() != null) {
                x = color(x, draws.color());
            }
            if (draws.translation() != null) {
                x = translate(x, draws.translation());
            }
            return draws.hole() == null ? x : cut(x, draws.hole());
        });
    }

    private static void check(Tensor images) {
        if (images.dim() != 4 || !images.dtype().isFloatingPoint()) {
            throw new IllegalArgumentException("DiffAugment needs floating-point images [B, C, H, W], not "
                    + images.signature());
        }
    }

    private static Tensor color(Tensor images, Color draws) {
        Tensor x = images.add(perImage(draws.brightness(), images, images.dtype()).sub(0.5));
        Tensor grey = x.mean(new long[] {1}, true);
        x = x.sub(grey).mul(perImage(draws.saturation(), images, images.dtype()).mul(2)).add(grey);
        Tensor mean = x.mean(new long[] {1, 2, 3}, true);
        return x.sub(mean).mul(perImage(draws.contrast(), images, images.dtype()).add(0.5)).add(mean);
    }

    private static Tensor translate(Tensor images, Translation draws) {
        Tensor rows = places(images, 2).add(perImage(draws.rows(), images, DType.INT64));
        Tensor columns = places(images, 3).add(perImage(draws.columns(), images, DType.INT64));
        Tensor outside = isOutside(rows, images.size(2)).logicalOr(isOutside(columns, images.size(3)));
        long[] shape = images.shape();
        return images.gather(2, rows.clamp(0, shape[2] - 1).expand(shape))
                .gather(3, columns.clamp(0, shape[3] - 1).expand(shape)).maskedFill(outside, 0);
    }

    private static Tensor isOutside(Tensor places, long size) {
        return places.lt(0).logicalOr(places.ge(size));
    }

    private Tensor cut(Tensor images, Hole draws) {
        return images.maskedFill(isCut(images, 2, draws.rows()).logicalAnd(isCut(images, 3, draws.columns())), 0);
    }

    private Tensor isCut(Tensor images, int dim, Tensor centres) {
        long side = rounded(images.size(dim), cutout);
        Tensor first = perImage(centres, images, DType.INT64).sub(side / 2);
        Tensor places = places(images, dim);
        return places.ge(first).logicalAnd(places.lt(first.add(side)));
    }

    /** Returns 0, 1, 2 … along that dimension; the others have size 1. */
    private static Tensor places(Tensor images, int dim) {
        long[] shape = {1, 1, 1, 1};
        shape[dim] = images.size(dim);
        return Torch.arange(images.size(dim), DType.INT64, images.device()).view(shape);
    }

    private static Tensor perImage(Tensor draws, Tensor images, DType dtype) {
        if (draws.dim() != 1 || draws.size(0) != images.size(0)) {
            throw new IllegalArgumentException("DiffAugment: random numbers for " + images.size(0)
                    + " images must be [" + images.size(0) + "], not " + Arrays.toString(draws.shape()));
        }
        return draws.to(dtype).view(-1, 1, 1, 1);
    }
}
