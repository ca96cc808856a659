package org.flowprior.torch.nn;

/** What the maximum pools share. */
public abstract sealed class MaxPoolNd<S extends MaxPoolNd<S>> extends TypedLayer<S>
        permits MaxPool1d, MaxPool2d, MaxPool3d {

    final Options options;

    MaxPoolNd(Options options) {
        this.options = options;
    }

    @Override
    protected final String extraRepr() {
        return "kernel_size=" + Python.numbers(options.kernel) + ", stride=" + Python.numbers(options.stride)
                + ", padding=" + Python.numbers(options.padding) + ", dilation=" + Python.numbers(options.dilation)
                + ", ceil_mode=" + Python.repr(options.ceilMode);
    }

    /**
     * PyTorch's arguments. One number stands for all dimensions.
     *
     * @param ceilMode whether windows may go over the end
     */
    public record Options(long[] kernel, long[] stride, long[] padding, long[] dilation, boolean ceilMode) {

        /** Windows of this size side by side. */
        public static Options kernel(long... size) {
            return new Options(size, size, new long[] {0}, new long[] {1}, false);
        }

        /** At this stride. */
        public Options withStride(long... value) {
            return new Options(kernel, value, padding, dilation, ceilMode);
        }

        /** With this padding, of minus infinity, on both sides. */
        public Options withPadding(long... value) {
            return new Options(kernel, stride, value, dilation, ceilMode);
        }

        /** With this distance between the elements of a window. */
        public Options withDilation(long... value) {
            return new Options(kernel, stride, padding, value, ceilMode);
        }

        /** With windows that may go over the end, or without. */
        public Options withCeilMode(boolean value) {
            return new Options(kernel, stride, padding, dilation, value);
        }
    }
}
