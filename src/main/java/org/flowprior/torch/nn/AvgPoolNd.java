package org.flowprior.torch.nn;

/** What the mean pools share. */
public abstract sealed class AvgPoolNd<S extends AvgPoolNd<S>> extends TypedLayer<S>
        permits AvgPool1d, AvgPool2d, AvgPool3d {

    final Options options;

    AvgPoolNd(Options options) {
        this.options = options;
    }

    @Override
    protected final String extraRepr() {
        return "kernel_size=" + text(options.kernel) + ", stride=" + text(options.stride) + ", padding="
                + text(options.padding);
    }

    String text(long[] values) {
        return Python.numbers(values);
    }

    /**
     * PyTorch's arguments. One number stands for all dimensions.
     *
     * @param ceilMode        whether windows may go over the end
     * @param countIncludePad whether the divisor counts the padding, PyTorch's default
     */
    public record Options(long[] kernel, long[] stride, long[] padding, boolean ceilMode, boolean countIncludePad) {

        /** Windows of this size side by side. */
        public static Options kernel(long... size) {
            return new Options(size, size, new long[] {0}, false, true);
        }

        /** At this stride. */
        public Options withStride(long... value) {
            return new Options(kernel, value, padding, ceilMode, countIncludePad);
        }

        /** With this padding, of zeros, on both sides. */
        public Options withPadding(long... value) {
            return new Options(kernel, stride, value, ceilMode, countIncludePad);
        }

        /** With windows that may go over the end, or without. */
        public Options withCeilMode(boolean value) {
            return new Options(kernel, stride, padding, value, countIncludePad);
        }

        /** With a divisor that counts the padding, or not. */
        public Options withCountIncludePad(boolean value) {
            return new Options(kernel, stride, padding, ceilMode, value);
        }
    }
}
