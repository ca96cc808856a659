package org.flowprior.torch.nn;

import java.util.Locale;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** Enlarges the last dimensions of x [batch, channels, ...]: {@code torch.nn.Upsample}. */
public final class Upsample extends TypedLayer<Upsample> {

    /** How values between pixels are made; the number of dimensions that is enlarged. */
    public enum Mode {
        /** The nearest pixel, in two dimensions. */
        NEAREST,
        /** Between 2 pixels, in one dimension. */
        LINEAR,
        /** Between 4 pixels, in two dimensions. */
        BILINEAR,
        /** Between 16 pixels, in two dimensions. */
        BICUBIC,
        /** Between 8 pixels, in three dimensions. */
        TRILINEAR
    }

    private final double factor;
    private final Mode mode;
    private final boolean alignCorners;

    /** Repeats each pixel of an image this often in both dimensions. */
    public Upsample(long factor) {
        this(factor, Mode.NEAREST, false);
    }

    /**
     * With this factor in each dimension.
     *
     * @param alignCorners whether the centres of the outer pixels stay where they are
     */
    public Upsample(double factor, Mode mode, boolean alignCorners) {
        this.factor = factor;
        this.mode = mode;
        this.alignCorners = alignCorners;
    }

    /** x [batch, channels, height, width] to [batch, channels, factor · height, factor · width], or so. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, this::enlarged);
    }

    private Tensor enlarged(Tensor x) {
        double[] two = {factor, factor};
        return switch (mode) {
            case NEAREST -> Functional.upsampleNearest2d(x, null, two);
            case LINEAR -> Functional.upsampleLinear1d(x, null, alignCorners, new double[] {factor});
            case BILINEAR -> Functional.upsampleBilinear2d(x, null, alignCorners, two);
            case BICUBIC -> Functional.upsampleBicubic2d(x, null, alignCorners, two);
            case TRILINEAR -> Functional.upsampleTrilinear3d(x, null, alignCorners,
                    new double[] {factor, factor, factor});
        };
    }

    @Override
    protected String extraRepr() {
        return "scale_factor=" + Python.repr(factor) + ", mode='" + mode.name().toLowerCase(Locale.ROOT) + "'";
    }
}
